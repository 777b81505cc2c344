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

/**
 * Alerts of other systems that an environment keeps, those that are over included: all of them are read at every evaluation, and whoever sends
 * them makes up their labels.
 */
export const MOST_OUTSIDE = 2_000;
/** How often changes are tried again where another server was faster. */
const MOST_TRIES = 3;
/** Changes in one transaction: nobody else changes alerts meanwhile. */
const AT_ONCE = 50;

/** Takes alerts of another system. Our own that come back are left out, and so is a new one where there are `MOST_OUTSIDE` already. */
export async function hearAlerts(
  alerts: Pick<AlertStore, "states" | "append">,
  heard: readonly OutsideAlert[],
  place: OutsideTerms,
): Promise<HeardAlerts> {
  let waiting = heard.filter((outside) => !isOurs(outside));
  let [changed, leftOut] = [0, 0];
  for (let tries = 0; tries < MOST_TRIES && waiting.length > 0; tries += 1) {
    const states = await alerts.states(place.environment);
    const found = stepsOf(waiting, new Map(states.map((alert) => [alert.fingerprint, alert])), place);
    leftOut += found.leftOut;
    const done = new Set<string>();
    for (let start = 0; start < found.steps.length; start += AT_ONCE) {
      const some = found.steps.slice(start, start + AT_ONCE).map(({ step }) => step);
      for (const { fingerprint } of await alerts.append(some)) done.add(fingerprint);
    }
    changed += done.size;
    waiting = found.steps.filter(({ step }) => !done.has(step.alert.fingerprint)).map(({ outside }) => outside);
  }
  return { changed, leftOut };
}

type HeardStep = NonNullable<ReturnType<typeof hearOutside>>;

interface FoundSteps {
  readonly steps: readonly { readonly outside: OutsideAlert; readonly step: HeardStep }[];
  readonly leftOut: number;
}

/** One change of each alert: of two that are the same alert the last one counts. */
function stepsOf(heard: readonly OutsideAlert[], states: ReadonlyMap<string, Alert>, place: OutsideTerms): FoundSteps {
  let room = MOST_OUTSIDE - [...states.values()].filter(({ rule }) => rule === OUTSIDE_RULE).length;
  let leftOut = 0;
  const steps = new Map<string, { readonly outside: OutsideAlert; readonly step: HeardStep }>();
  for (const outside of heard) {
    const fresh = outsideAlert(outside, place);
    const known = states.get(fresh.fingerprint);
    const step = hearOutside(known ?? fresh, outside, place);
    if (step === null) {
      steps.delete(fresh.fingerprint);
      continue;
    }
    const isNew = known === undefined && !steps.has(fresh.fingerprint);
    if (isNew && room <= 0) {
      leftOut += 1;
      continue;
    }
    if (isNew) room -= 1;
    steps.set(fresh.fingerprint, { outside, step });
  }
  return { steps: [...steps.values()], leftOut };
}
