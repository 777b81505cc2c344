import type { AlertOutbox } from "../ports/alert-outbox.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { BacktestStore } from "../ports/backtest-store.ts";
import type { BudgetBank } from "../ports/budget-bank.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { ChangeStore } from "../ports/change-store.ts";
import type { IncidentStore } from "../ports/incident-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { FeedbackStore } from "../ports/feedback-store.ts";
import type { GateRunStore } from "../ports/gate-run-store.ts";
import type { MeaningStore } from "../ports/meaning-store.ts";
import type { NoticeStore } from "../ports/notice-store.ts";
import type { ProofStore } from "../ports/proof-store.ts";
import type { ResponseStore } from "../ports/response-store.ts";
import type { SilenceStore } from "../ports/silence-store.ts";
import type { ShadowStore } from "../ports/shadow-store.ts";

/** Records expire by the day, so looking once an hour is soon enough. */
const EVERY_MS = 60 * 60_000;

const DAY_MS = 24 * 60 * 60_000;

/** Accounts of budgets, and evidence of rollouts, stay at least this long after their end, days. */
export const EVIDENCE_DAYS = 62;

/** What happened and what was learnt from it is told for as long as numbers of hours are, days. */
export const STORY_DAYS = 400;

/** What was proven of a release that nobody has asked for so long is forgotten, days. */
const QUIET_DAYS = 90;

const DOING = "deleting expired records";

/** What expiring needs. */
export interface ExpiryTerms {
  readonly calls: CallStore;
  readonly responses?: ResponseStore;
  /** Kept as long as facts are. */
  readonly feedback?: Pick<FeedbackStore, "expire">;
  readonly budgets?: Pick<BudgetBank, "expire">;
  readonly meanings?: Pick<MeaningStore, "expire">;
  readonly proofs?: Pick<ProofStore, "expire">;
  /** These are kept as long as accounts of budgets are: longer than any rollout should last. */
  readonly backtests?: Pick<BacktestStore, "expire">;
  readonly shadows?: Pick<ShadowStore, "expire">;
  readonly gateRuns?: Pick<GateRunStore, "expire">;
  readonly notices?: Pick<NoticeStore, "expire">;
  readonly changes?: Pick<ChangeStore, "expire">;
  readonly incidents?: Pick<IncidentStore, "expire">;
  readonly alerts?: Pick<AlertStore, "expire">;
  readonly alertOutbox?: Pick<AlertOutbox, "expire">;
  readonly silences?: Pick<SilenceStore, "expire">;
  /** Forgets spans of applications, as the project in force says; `now` is epoch milliseconds. */
  readonly expireSpans?: (now: number) => Promise<void>;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Full days for which facts are kept, as the project in force says. */
  readonly retainFactsDays: () => number;
}

/** Deletes recorded bytes and facts whose days have passed, now and every hour; the returned function stops that. */
export function expireRecords({
  calls,
  responses,
  feedback,
  budgets,
  meanings,
  proofs,
  backtests,
  shadows,
  gateRuns,
  notices,
  alerts,
  alertOutbox,
  silences,
  changes,
  incidents,
  expireSpans,
  clock,
  announcer,
  retainFactsDays,
}: ExpiryTerms): () => void {
  let cancel = (): void => {};
  let isStopped = false;
  let isTroubled = false;
  const look = async (): Promise<void> => {
    try {
      // Each by itself: trouble with one must not keep the others for ever.
      const now = clock.now();
      const days = retainFactsDays();
      const ended = Number.isFinite(days) ? now - Math.max(days, EVIDENCE_DAYS) * DAY_MS : 0;
      const jobs = [
        calls.expire(now, days),
        responses?.expire(now),
        Number.isFinite(days) ? feedback?.expire(now - days * DAY_MS) : undefined,
        budgets?.expire(ended),
        meanings?.expire(now),
        expireSpans?.(now),
        proofs?.expire(now - QUIET_DAYS * DAY_MS),
        ...[backtests, shadows, gateRuns, notices, alertOutbox, silences].map((store) => store?.expire(ended)),
        // An alert that is forgotten counts its episodes anew: its incidents must be gone by then.
        ...[changes, incidents, alerts].map((store) => store?.expire(now - STORY_DAYS * DAY_MS)),
      ];
      const expired = await Promise.allSettled(jobs.filter((job) => job !== undefined));
      for (const each of expired) if (each.status === "rejected") throw each.reason;
      if (isTroubled) announcer.recovered(DOING);
      isTroubled = false;
    } catch (error) {
      // The database is closed under whoever still looks when the server stops; its next start looks at once.
      if (isStopped) return;
      isTroubled = true;
      announcer.troubled(DOING, error);
    }
    if (!isStopped) cancel = clock.after(EVERY_MS, () => void look());
  };
  void look();
  return () => {
    isStopped = true;
    cancel();
  };
}
