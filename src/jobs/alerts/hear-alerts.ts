import type { Alert } from "../../domain/alerts/alert.ts";
import { hearOutside, isOurs, outsideAlert } from "../../domain/alerts/outside-alert.ts";
import type { OutsideAlert, OutsideTerms } from "../../domain/alerts/outside-alert.ts";
import { OUTSIDE_RULE } from "../../domain/alerts/tell-groups.ts";
import type { AlertStore } from "../../ports/alert-store.ts";

/** What became of alerts of another system. */
export interface HeardAlerts {
  /** How many said something that was not known. */
  readonly changed: number;
  /** How many were left out, because an environment keeps no more. */
  readonly leftOut: number;
}

/** Alerts of other systems that fire in an environment at once: all of them are read at every evaluation, and whoever sends them makes up their labels. */
export const MOST_OUTSIDE = 2_000;
/** Of those that are over the newest are kept, and those of the last minute. */
const MOST_OVER = 2_000;
const OVER_MS = 60_000;
/** How often changes are tried again where another server was faster. */
const MOST_TRIES = 3;
/** Changes in one transaction: nobody else changes alerts meanwhile. */
const AT_ONCE = 50;

/** Takes alerts of another system. Our own that come back are left out, and so is what begins to fire where `MOST_OUTSIDE` do already. */
export async function hearAlerts(
  alerts: Pick<AlertStore, "states" | "append" | "expire">,
  heard: readonly OutsideAlert[],
  place: OutsideTerms,
): Promise<HeardAlerts> {
  let waiting = heard.filter((outside) => !isOurs(outside));
  let [changed, ended, leftOut] = [0, 0, 0];
  for (let tries = 0; tries < MOST_TRIES && waiting.length > 0; tries += 1) {
    const states = await alerts.states(place.environment);
    const found = stepsOf(waiting, new Map(states.map((alert) => [alert.fingerprint, alert])), place);
    leftOut += found.leftOut;
    const done = new Set<string>();
    for (let start = 0; start < found.steps.length; start += AT_ONCE) {
      const some = found.steps.slice(start, start + AT_ONCE).map(({ step }) => step);
      for (const { fingerprint, to } of await alerts.append(some)) {
        done.add(fingerprint);
        if (to !== "firing") ended += 1;
      }
    }
    changed += done.size;
    waiting = found.steps.filter(({ step }) => !done.has(step.alert.fingerprint)).map(({ outside }) => outside);
  }
  const { environment, now } = place;
  if (ended > 0) await alerts.expire(now - OVER_MS, { environment, rule: OUTSIDE_RULE, newest: MOST_OVER });
  return { changed, leftOut };
}

interface HeardStep {
  readonly outside: OutsideAlert;
  readonly step: NonNullable<ReturnType<typeof hearOutside>>;
}

interface FoundSteps {
  readonly steps: readonly HeardStep[];
  readonly leftOut: number;
}

/** One change of each alert: of two that are the same alert the last one counts. What ends makes room. */
function stepsOf(heard: readonly OutsideAlert[], states: ReadonlyMap<string, Alert>, place: OutsideTerms): FoundSteps {
  const changes = new Map<string, HeardStep>();
  for (const outside of heard) {
    const fresh = outsideAlert(outside, place);
    const step = hearOutside(states.get(fresh.fingerprint) ?? fresh, outside, place);
    if (step === null) changes.delete(fresh.fingerprint);
    else changes.set(fresh.fingerprint, { outside, step });
  }
  const all = [...changes.values()];
  const ending = all.filter(({ step }) => step.alert.status !== "firing").length;
  const firing = [...states.values()].filter(
    (alert) => alert.rule === OUTSIDE_RULE && alert.status === "firing",
  ).length;
  let room = Math.max(0, MOST_OUTSIDE - firing + ending);
  const steps = all.filter(({ step }) => step.alert.status !== "firing" || (room -= 1) >= 0);
  return { steps, leftOut: all.length - steps.length };
}
