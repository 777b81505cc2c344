import { RollwardError } from "../domain/errors.ts";
import { hedgeDelayMs } from "../domain/health/hedge-delay.ts";
import { aroundModels } from "./attempt/around-models.ts";
import type { Attempt } from "./attempt/attempt.ts";
import { beginAttempt } from "./attempt/begin-attempt.ts";
import type { Runner } from "./attempt/begin-attempt.ts";
import { deliverable, serve, upheld } from "./attempt/deliverable.ts";
import { forgetLimits } from "./attempt/find-place.ts";
import type { Place } from "./attempt/find-place.ts";
import { startHedged } from "./attempt/hedge.ts";
import { pause } from "./attempt/pause.ts";
import { holdsAnswersOf, planOf } from "./attempt/plan-of.ts";
import { skippedAttempt } from "./attempt/skipped-attempt.ts";
import { Trip } from "./attempt/trip.ts";
import { needOf, noteRefusal, providerLine, waitInLine } from "./attempt/wait-in-line.ts";
import { beginningOf } from "./prompt-cache/beginning-of.ts";
import { planWithRoom } from "./context/open-context.ts";
import { fitTighter } from "./fit.ts";
import { openModelRooms } from "./meters/model-rooms.ts";
import { covers, coversNow, planWithinMeans, startWithinMeans } from "./meters/open-purse.ts";
import { movesOn } from "./moves-on.ts";
import { goesWith, sinceArrival } from "./open-call.ts";
import type { Gateway } from "./gateway.ts";
import type { Abandonable, OpenCall } from "./open-call.ts";
import { present } from "./present.ts";
import { chooseRoute, escalate } from "./routing/choose-route.ts";

/**
 * Asks the targets of the release until one has an answer to deliver: the next one by what went wrong with the
 * last, the same one again where that may help. Throws what the client is told when nobody could answer. `null` where
 * its release was taken back before anybody was asked: it goes by another one, from `reserve` on.
 */
export async function call(gateway: Gateway, open: OpenCall): Promise<Attempt | null> {
  const trip = tripOf(gateway, open);
  const rooms = openModelRooms(gateway, open);
  try {
    while (!open.abandoned) {
      if (movesOn(gateway, open)) return null;
      rooms?.stayAt(trip.position);
      const leg = trip.leg();
      if (leg.type === "over") break;
      if (leg.type === "wait") {
        await (leg.isInLine ? waitInLine(gateway, open, trip) : pause(gateway.clock, open, leg.waitMs));
        continue;
      }
      if (open.purse !== undefined && open.attempts.length > 0 && !(await covers(open))) break;
      if (rooms !== undefined && !(await rooms.enter(trip, leg.place))) continue;
      const errand = { trip, place: leg.place };
      const first = begin(gateway, open, errand);
      if (first === null) continue;
      let runner = first;
      try {
        const hedged = hedgedStart(gateway, open, { ...errand, first });
        if (hedged === null) await first.attempt.start();
        else runner = await hedged;
      } catch (error) {
        await failed(gateway, open, { ...errand, first, error });
        continue;
      }
      const isHeld = holdsAnswersOf(trip.plan, runner.target);
      const served = isHeld ? await deliverable(gateway, open, { ...errand, runner }) : runner;
      if (served === null) continue;
      serve(open, served);
      return served.attempt;
    }
  } finally {
    trip.letGo();
  }
  return unanswered(gateway, open, trip);
}

/** A rejected answer where there is one; else throws what the client is told. */
function unanswered(gateway: Gateway, open: OpenCall, trip: Trip): Attempt {
  // Nobody is to be told anything, and nothing went wrong here.
  if (open.abandoned) throw new RollwardError("provider_cut", { provider: "none", reason: "the client left" });
  if (trip.spare !== null) return upheld(open, trip.spare);
  noteRefusal(gateway, open, trip.error);
  open.rooms?.noteRefusal(trip.error);
  throw trip.error;
}

function tripOf(gateway: Gateway, open: OpenCall): Trip {
  const { context, purse } = open;
  const affordable = planWithinMeans(planWithRoom(chooseRoute(gateway, open, planOf(gateway, open)), context), purse);
  const { routing } = open;
  const wanted = context?.roomy?.[0] ?? routing?.wanted ?? 0;
  const { plan, begin } = aroundModels(gateway, open, { plan: affordable, begin: startWithinMeans(wanted, purse) });
  const beginning = beginningOf(gateway, open, plan);
  const line = providerLine(gateway, open);
  if (open.settings.limits.learned === false) forgetLimits(plan);
  return new Trip({
    gateway,
    plan,
    need: needOf(gateway, open),
    ...(beginning !== null && { beginning }),
    ...(line !== undefined && { line }),
    ...(begin !== 0 && { start: begin }),
    ...(routing != null && {
      onEscalation: (from: number, to: number) => escalate(gateway, open, { from, to }),
    }),
    deadline: open.startedAt + present(open.rendered).timeouts.totalMs,
    stream: present(open.request).stream,
    onSkip: (target, error) =>
      open.attempts.push(skippedAttempt(plan, target, { error, at: sinceArrival(gateway, open) })),
  });
}

interface Errand {
  readonly trip: Trip;
  readonly place: Place;
}

/** A place could not answer: the record and the trip are told. */
async function failed(
  gateway: Gateway,
  open: OpenCall,
  { trip, place, first, error }: Errand & { readonly first: Runner; readonly error: unknown },
): Promise<void> {
  const record = first.attempt.record();
  open.attempts.push(record);
  open.upstreamBody = first.body;
  const fault = RollwardError.from(error);
  const isShorter = fault.code === "provider_context_overflow" && (await fitTighter(gateway, open, fault));
  if (isShorter) trip.shortened(fault);
  else if (!open.abandoned) trip.failed(fault, place, record.endMs - record.startMs);
  // A fallback's refusal is not what the client is told: neither are its provider's words.
  if (trip.error === fault) open.original = first.attempt.original;
}

/** A fallback that cannot take the request is passed over: what went wrong before it is the honest answer. */
function begin(gateway: Gateway, open: OpenCall, { trip, place }: Errand): Runner | null {
  try {
    const { policy } = trip.plan;
    const whole = holdsAnswersOf(trip.plan, place.target);
    return beginAttempt(gateway, open, { place, reason: trip.reason, policy, hasNext: trip.hasNext, whole });
  } catch (error) {
    trip.unfit(RollwardError.from(error));
    return null;
  }
}

/** Starts an attempt that may be joined by a second one; `null` where it is to be alone, and is not started yet. */
function hedgedStart(
  gateway: Gateway,
  open: OpenCall,
  { trip, place, first }: Errand & { readonly first: Runner },
): Promise<Runner> | null {
  const { hedge } = trip.plan.policy;
  const delayMs =
    hedge === null || !present(open.request).stream ? null : hedgeDelayMs(hedge, place.deployment.health.firstToken);
  goesWith(open, first.attempt);
  if (delayMs === null) return null;
  return startHedged(first, {
    clock: gateway.clock,
    delayMs,
    second: (isWanted) => secondRunner(gateway, open, { trip, place, first, isWanted }),
    lost({ attempt, target }) {
      const record = attempt.record();
      open.attempts.push(record);
      open.rooms?.leaveAt(target, record);
    },
  });
}

interface SecondErrand extends Errand {
  readonly first: Runner;
  /** Whether a second attempt is still of use. */
  readonly isWanted: () => boolean;
}

/** The second attempt of a hedge, where the budget, the breakers and the limits of its model permit one. */
function secondRunner(gateway: Gateway, open: OpenCall, errand: SecondErrand): Runner | null | Promise<Runner | null> {
  if (!coversNow(open, 1)) return null;
  const { trip, place, isWanted } = errand;
  const other = trip.second(place);
  if (other === null) return null;
  if (open.rooms === undefined) return beginSecond(gateway, open, { ...errand, other, hasRoom: true });
  const room = open.rooms.enterBeside(trip.plan, other);
  if (!(room instanceof Promise)) return beginSecond(gateway, open, { ...errand, other, hasRoom: room !== null });
  return room.then((late) => {
    const isToGo = late !== null && isWanted() && !open.abandoned;
    if (late !== null && !isToGo) open.rooms?.leave(late);
    return beginSecond(gateway, open, { ...errand, other, hasRoom: isToGo });
  });
}

type Second = SecondErrand & { readonly other: Place; readonly hasRoom: boolean };

function beginSecond(gateway: Gateway, open: OpenCall, { trip, first, other, hasRoom }: Second): Runner | null {
  const { budget } = other.deployment.health;
  if (!hasRoom) {
    trip.giveBack(other, false);
    budget.putBack();
    return null;
  }
  try {
    const { policy } = trip.plan;
    const whole = holdsAnswersOf(trip.plan, other.target);
    const order = { place: other, reason: "hedge", policy, hasNext: trip.hasNext, whole } as const;
    const second = beginAttempt(gateway, open, order);
    trip.alsoAsked(other);
    goesWith(open, both(first, second));
    return second;
  } catch {
    open.rooms?.leaveAt(other.target, other.deployment.target);
    budget.putBack();
    return null;
  }
}

const both = (first: Runner, second: Runner): Abandonable => ({
  abandon(stopped) {
    first.attempt.abandon(stopped);
    second.attempt.abandon(stopped);
  },
});
