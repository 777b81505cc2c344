import { RollwardError } from "../domain/errors.ts";
import { matches } from "../domain/flags/condition.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release } from "../domain/release/release.ts";
import type { Session } from "../domain/traffic/assignment.ts";
import { contextOfCall } from "../domain/traffic/call-context.ts";
import { drawArm, drawBake } from "../domain/traffic/draw.ts";
import type { Draining, Handover, Holdback, Route, Split } from "../domain/traffic/route.ts";
import type { IncomingRequest } from "../ports/dialect.ts";
import type { Pin } from "../ports/pins.ts";
import type { Gateway } from "./gateway.ts";
import type { Arrival, OpenCall, Placement } from "./open-call.ts";
import { present } from "./present.ts";

/** What of a call decides where it goes; a flag that says where a session would go has no more. */
export interface PlacedCall extends Pick<OpenCall, "key"> {
  readonly arrival: Pick<Arrival, "preview">;
  readonly request: Pick<IncomingRequest, "body" | "continues" | "variables"> | null;
}

/** A call whose session is known, on its way to a release. */
export interface Placing {
  readonly gateway: {
    readonly pins: Pick<Gateway["pins"], "get" | "set">;
    readonly observer: Pick<Gateway["observer"], "assigned">;
  };
  readonly call: PlacedCall;
  readonly route: Route;
  readonly session: Session;
  readonly unit: string;
}

/** A placing with what is remembered of the session. */
type Remembered = Placing & { readonly pin: Pin | undefined };

/** Where a session is served and what that means for the evidence. */
type Side = Pick<Placement, "release" | "arm" | "evidenceOf" | "drawnFor" | "reason">;

/**
 * A session that was seen before keeps its side: it never moves from stable to candidate. One that has
 * earlier turns we do not remember began outside the rollout, so it stays on stable and is no evidence.
 * One that lay still for a day is over, unless the rollout in force drew it: its next call begins a new one.
 * Throws `session_ended` where the plan ends the sessions of a candidate that was taken back.
 */
export function place(placing: Placing): Placement {
  const { gateway, route, session, unit } = placing;
  const known = gateway.pins.get(route.channel.endpoint, unit);
  const pin = known?.isQuiet === true && !isInForce(route, known) ? undefined : known;
  return { session, unit, ...sideOf({ ...placing, pin }) };
}

/** Whether the rollout that drew a session still decides about it. Any other session that lay still for a day is over. */
const isInForce = ({ split, draining, withdrawn }: Route, { rolloutId }: Pin): boolean =>
  rolloutId !== null && [split, draining, withdrawn].some((one) => one?.rolloutId === rolloutId);

function sideOf(placing: Remembered): Side {
  const { route, pin } = placing;
  const { split, draining, withdrawn } = route;
  if (withdrawn !== undefined && pin?.rolloutId === withdrawn.rolloutId && pin.arm === "candidate") {
    return left(placing, withdrawn.candidate, withdrawn.handover) ?? outside(placing);
  }
  if (split !== null && pin?.rolloutId === split.rolloutId) return drawnBefore(placing, split, pin.arm);
  if (split === null && draining !== null) return drained(placing, draining);
  return split === null || !isDrawable(placing, split) ? outside(placing) : drawn(placing, split);
}

/** A session of this rollout goes on as it was drawn. Weight 0 is a withdrawal under way. */
function drawnBefore(placing: Remembered, split: Split, arm: Pin["arm"]): Side {
  const { rolloutId, candidate } = split;
  const onStable: Side = { release: placing.route.stable, arm: "stable", evidenceOf: rolloutId };
  if (arm === "stable") return onStable;
  if (split.weight > 0) return { release: candidate, arm, evidenceOf: rolloutId };
  return left(placing, candidate, split.onRollback) ?? onStable;
}

/** Whether a lot may be drawn for the session: it begins here, and the rollout is for it. */
function isDrawable({ call, route, session, pin }: Remembered, { collecting, target }: Split): boolean {
  const request = present(call.request);
  if (!collecting || pin !== undefined || request.continues) return false;
  if (target === undefined) return true;
  const { name, tenant } = present(call.key);
  const user = request.body["user"];
  return matches(
    target,
    contextOfCall({
      variables: request.variables,
      user: typeof user === "string" ? user : null,
      session: session.id,
      ...route.channel,
      key: name,
      tenant: tenant ?? null,
    }),
  );
}

function drawn(placing: Remembered, split: Split): Side {
  const { gateway, route, session, unit } = placing;
  const { endpoint } = route.channel;
  const { rolloutId, weight } = split;
  const arm = drawArm(split, endpoint, unit);
  if (session.source !== "call") gateway.pins.set(endpoint, unit, pinOf(split, arm));
  gateway.observer.assigned({ rolloutId, session: unit, arm, epoch: route.epoch, weight });
  const release = arm === "candidate" ? split.candidate : route.stable;
  return { release, arm, evidenceOf: rolloutId, drawnFor: rolloutId };
}

/** On stable and no evidence, for as long as the session is remembered. */
export function outside({ gateway, route, session, unit }: Placing): Side {
  if (session.source !== "call") gateway.pins.set(route.channel.endpoint, unit, OUTSIDE);
  return { release: route.stable, arm: "stable", evidenceOf: null };
}

/** The pin of a session that began outside any rollout; one object for all of them. */
const OUTSIDE: Pin = { rolloutId: null, arm: "stable" };

const splitPins = new WeakMap<object, Readonly<Record<Pin["arm"], Pin>>>();

/** The pin of an arm; one object for all its sessions, of which hundreds of thousands are remembered. */
function pinOf(owner: Split | Draining, arm: Pin["arm"]): Pin {
  const known = splitPins.get(owner);
  if (known !== undefined) return known[arm];
  const { rolloutId } = owner;
  const made = { stable: { rolloutId, arm: "stable" }, candidate: { rolloutId, arm: "candidate" } } as const;
  splitPins.set(owner, made);
  return made[arm];
}

/** A session of a candidate that was taken back; `null` when it goes on with stable at this turn. */
function left({ session }: Placing, candidate: Release, handover: Handover | undefined): Side | null {
  switch (handover?.rule) {
    case "keep":
      return { release: candidate, arm: "candidate", evidenceOf: null, reason: reasonOf(handover) };
    case "terminate":
      throw new RollwardError("session_ended", { session: session.id.slice(0, 100), release: releaseName(candidate) });
    default:
      return null;
  }
}

const reasonOf = ({ because }: Handover): NonNullable<Placement["reason"]> =>
  because === "incompatible" ? "incompatible" : "draining";

/** After a promotion: what is new gets the promoted release, but for the holdback; what began before goes by the plan. */
function drained(placing: Remembered, draining: Draining): Side {
  const { call, route, pin } = placing;
  const { rolloutId, previous, holdback, onPromotion } = draining;
  if (pin === undefined && !present(call.request).continues) return begins(placing, draining);
  const isOwn = pin?.rolloutId === rolloutId;
  const lot = holdback === undefined ? "rest" : lotIn(placing, holdback);
  if (isOwn && pin.arm === "candidate") return promotedSide(route, draining, lot);
  if (isOwn && lot === "held") return heldBack(draining);
  if (onPromotion === undefined || onPromotion.rule === "keep") {
    const reason = onPromotion === undefined ? "draining" : reasonOf(onPromotion);
    return { release: previous, arm: "stable", evidenceOf: null, reason };
  }
  // It began outside of what is compared, or in its control: on the other release it is no evidence.
  return outside(placing);
}

/** A new session while a promotion bakes or drains: evidence where a holdback is there to compare with. */
function begins(placing: Remembered, draining: Draining): Side {
  const { gateway, route, unit } = placing;
  const { rolloutId, holdback } = draining;
  const lot = holdback === undefined ? "rest" : lotIn(placing, holdback);
  const arm = lot === "held" ? "stable" : "candidate";
  remember(placing, draining, arm);
  const side = lot === "held" ? heldBack(draining) : promotedSide(route, draining, lot);
  if (holdback === undefined || lot === "rest") return side;
  const { weight } = holdback;
  gateway.observer.assigned({ rolloutId, session: unit, arm, epoch: route.epoch, weight });
  return { ...side, drawnFor: rolloutId };
}

type Lot = ReturnType<typeof drawBake>;

const lotIn = ({ route, unit }: Placing, holdback: Holdback): Lot => drawBake(holdback, route.channel.endpoint, unit);

function remember({ gateway, route, session, unit }: Placing, draining: Draining, arm: Pin["arm"]): void {
  if (session.source !== "call") gateway.pins.set(route.channel.endpoint, unit, pinOf(draining, arm));
}

/** On the promoted release: still on trial for those that are compared with the holdback, stable for all others. */
const promotedSide = ({ stable }: Route, { rolloutId }: Draining, lot: Lot): Side =>
  lot === "watched"
    ? { release: stable, arm: "candidate", evidenceOf: rolloutId }
    : { release: stable, arm: "stable", evidenceOf: null };

const heldBack = ({ rolloutId, previous }: Draining): Side => ({
  release: previous,
  arm: "stable",
  evidenceOf: rolloutId,
  reason: "holdback",
});
