import type { ChangeBook } from "../../domain/changes/change-book.ts";
import {
  changeOfBudget,
  changeOfDearHour,
  changeOfEmptied,
  changeOfRelease,
} from "../../domain/changes/changes-of-spend.ts";
import type { Per } from "../../domain/limits/call-subjects.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";

/** Where what is announced is noted as well. */
export interface NotingTerms {
  readonly environment: () => string;
  readonly noted: Pick<ChangeBook, "note">;
  readonly clock: Pick<Clock, "now">;
}

const MOST_EMPTIED = 1_000;

const WIDE: ReadonlySet<string> = new Set<Per>(["environment", "endpoint"]);

/** Passes everything on, and notes what becomes of money as changes: no other record tells of it. */
export function createNotingAnnouncer(announcer: Announcer, { environment, noted, clock }: NotingTerms): Announcer {
  /** Accounts of which it was told: it comes with every call that is refused. */
  const emptied = new Set<string>();
  const place = () => ({ environment: environment(), at: clock.now() });
  return {
    decided: (rollout, events) => announcer.decided(rollout, events),
    troubled: (what, cause, about) => announcer.troubled(what, cause, about),
    recovered: (what) => announcer.recovered(what),
    callEnded: (facts, untold) => announcer.callEnded?.(facts, untold),
    pausedByRule: (pause) => announcer.pausedByRule?.(pause),
    alertChanged: (transition) => announcer.alertChanged?.(transition),
    spent(alert) {
      // Of budgets of users, tenants and keys there may be tens of thousands a day, which would hide everything else.
      if (WIDE.has(alert.account.per)) noted.note(changeOfBudget({ ...place(), ...alert }));
      announcer.spent?.(alert);
    },
    budgetEmptied(account) {
      if (!WIDE.has(account.per) || emptied.has(account.id)) return;
      if (emptied.size >= MOST_EMPTIED) emptied.clear();
      emptied.add(account.id);
      noted.note(changeOfEmptied({ ...place(), account }));
      announcer.budgetEmptied?.(account);
    },
    budgetReleased(release) {
      noted.note(changeOfRelease({ ...place(), ...release }));
      announcer.budgetReleased?.(release);
    },
    tooDear(alert) {
      noted.note(changeOfDearHour({ ...place(), ...alert }));
      announcer.tooDear?.(alert);
    },
  };
}
