import type { BudgetAccount } from "../../domain/budgets/budget-rule.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { render } from "../render.ts";
import type { OpenPurse } from "./open-purse.ts";

/**
 * The release that a budget names for a call which it has no room for: what is stable of the endpoint it names. `null`
 * where it names none, one that serves nothing yet, or one whose calls somebody has stopped.
 */
export function cheaperRelease(
  { routes, pauses }: Gateway,
  { aim, key }: OpenCall,
  { degradeTo }: BudgetAccount,
): Release | null {
  if (aim?.type !== "endpoint" || degradeTo === undefined) return null;
  const { endpoint } = aim.route.channel;
  const named = Object.hasOwn(degradeTo, endpoint) ? degradeTo[endpoint] : undefined;
  if (named === undefined) return null;
  const { id, tenant = null } = present(key);
  if (!pauses.isEmpty && pauses.about({ endpoint: named, tenant, keyId: id }) !== undefined) return null;
  return routes.byEndpoint(named)?.stable ?? null;
}

/** Another release for a call, and what finds the money once it is rendered. */
interface Cheaper {
  readonly release: Release;
  readonly pay: () => Promise<OpenPurse | null>;
}

/**
 * Lets another release serve the call, where there is the money: it is recorded with that release and is no evidence
 * of a rollout. Else everything is as before, also where that release cannot be rendered for this request.
 */
export async function servedBy(gateway: Gateway, call: OpenCall, { release, pay }: Cheaper): Promise<OpenPurse | null> {
  const { placement, rendered } = call;
  if (placement === null) return null;
  const { session, unit, drawnFor } = placement;
  const drawn = drawnFor === undefined ? {} : { drawnFor };
  call.placement = { session, unit, release, arm: "stable", evidenceOf: null, ...drawn, reason: "degraded" };
  let purse: OpenPurse | null = null;
  try {
    render(gateway, call);
    purse = await pay();
  } catch (error) {
    // Its prompt wants a variable that the request has not.
    if (!(error instanceof RollwardError)) throw error;
  } finally {
    if (purse === null) {
      call.placement = placement;
      call.rendered = rendered;
      call.arrival.onRelease?.(placement.release);
    }
  }
  return purse;
}
