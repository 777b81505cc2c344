import { RollwardError } from "../domain/errors.ts";
import type { Session } from "../domain/traffic/assignment.ts";
import { drawArm } from "../domain/traffic/draw.ts";
import type { Draining, Route, Split } from "../domain/traffic/route.ts";
import { MAX_SESSION_ID, sessionOf, sessionUnit } from "../domain/traffic/session.ts";
import type { Pin } from "../ports/pins.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall, Placement } from "./open-call.ts";
import { present } from "./present.ts";

/** Finds the call's session and the arm that serves it. A direct call has neither. */
export function assign(gateway: Gateway, call: OpenCall): void {
  const aim = present(call.aim);
  if (aim.type === "direct") return;
  const session = identify(call, aim.route.channel.endpoint);
  call.placement = place(gateway, call, { route: aim.route, session });
}

function identify(call: OpenCall, endpoint: string): Session {
  const request = present(call.request);
  const { sessionHeader } = call.arrival;
  checkLength(sessionHeader, "x-rollward-session");
  checkLength(request.sessionId, "metadata.session_id");
  const hints = { header: sessionHeader, metadata: request.sessionId, opening: request.opening, callId: call.id };
  return sessionOf(hints, call.settings.sessions.get(endpoint) ?? []);
}

function checkLength(id: string | null, param: string): void {
  if (id === null || (id.length > 0 && id.length <= MAX_SESSION_ID)) return;
  throw new RollwardError("invalid_request", {
    reason: `A session id has 1 to ${MAX_SESSION_ID} characters; this one has ${id.length}.`,
    param,
  });
}

/**
 * A session that was seen before keeps its side: it never moves from stable to candidate. One that has
 * earlier turns we do not remember began outside the rollout, so it stays on stable and is no evidence.
 */
function place(
  gateway: Gateway,
  call: OpenCall,
  { route, session }: { readonly route: Route; readonly session: Session },
): Placement {
  const { split, stable } = route;
  const { endpoint } = route.channel;
  const unit = sessionUnit(present(call.key).id, session);
  const pin = gateway.pins.get(endpoint, unit);
  const onStable = (evidenceOf: string | null): Placement => ({
    session,
    unit,
    release: stable,
    arm: "stable",
    evidenceOf,
  });

  if (split !== null && pin?.rolloutId === split.rolloutId) {
    // Weight 0 is a rollback under way: pinned sessions return to stable at this turn.
    if (pin.arm === "stable" || split.weight === 0) return onStable(split.rolloutId);
    return { session, unit, release: split.candidate, arm: "candidate", evidenceOf: split.rolloutId };
  }
  if (route.draining !== null && split === null)
    return drained(gateway, call, { route, draining: route.draining, session, unit, pin });
  if (split === null || !split.collecting || pin !== undefined || present(call.request).continues) {
    if (session.source !== "call") gateway.pins.set(endpoint, unit, OUTSIDE);
    return onStable(null);
  }
  const arm = drawArm(split, endpoint, unit);
  if (session.source !== "call") gateway.pins.set(endpoint, unit, pinOf(split, arm));
  gateway.observer.assigned({
    rolloutId: split.rolloutId,
    session: unit,
    arm,
    epoch: route.epoch,
    weight: split.weight,
  });
  return { session, unit, release: arm === "candidate" ? split.candidate : stable, arm, evidenceOf: split.rolloutId };
}

/** The pin of a session that began outside any rollout; one object for all of them. */
const OUTSIDE: Pin = { rolloutId: null, arm: "stable" };

const splitPins = new WeakMap<Split, Readonly<Record<Pin["arm"], Pin>>>();

/** The pin of an arm; one object for all its sessions, of which hundreds of thousands are remembered. */
function pinOf(split: Split, arm: Pin["arm"]): Pin {
  const known = splitPins.get(split);
  if (known !== undefined) return known[arm];
  const { rolloutId } = split;
  const made = { stable: { rolloutId, arm: "stable" }, candidate: { rolloutId, arm: "candidate" } } as const;
  splitPins.set(split, made);
  return made[arm];
}

interface DrainedSession {
  readonly route: Route;
  readonly draining: Draining;
  readonly session: Session;
  readonly unit: string;
  readonly pin: Pin | undefined;
}

/** After a promotion: a new session gets the promoted release, one that began before keeps what it had. */
function drained(gateway: Gateway, call: OpenCall, { route, draining, session, unit, pin }: DrainedSession): Placement {
  const { rolloutId, previous } = draining;
  const isNew = pin === undefined && !present(call.request).continues;
  const isPromoted = isNew || (pin?.rolloutId === rolloutId && pin.arm === "candidate");
  const promoted: Pin = { rolloutId, arm: "candidate" };
  if (isNew && session.source !== "call") gateway.pins.set(route.channel.endpoint, unit, promoted);
  return { session, unit, release: isPromoted ? route.stable : previous, arm: "stable", evidenceOf: null };
}
