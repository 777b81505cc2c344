import { readAnswer } from "../domain/cache/cached-answer.ts";
import { worthOf } from "../domain/cache/cache-wish.ts";
import { RollwardError } from "../domain/errors.ts";
import type { CachePlace } from "../ports/answer-cache.ts";
import { claimOrWait } from "./cache/claim-or-wait.ts";
import type { CacheCourse, Recalled } from "./cache/course.ts";
import { encodeAnswer } from "./cache/encode-answer.ts";
import type { Landing, Lead, Seat } from "./cache/flights.ts";
import { cachePolicyOf, noteKey, openCourse } from "./cache/open-course.ts";
import { recallByMeaning } from "./cache/semantic/recall-by-meaning.ts";
import { semanticFactOf } from "./cache/semantic/semantic-course.ts";
import { waitWithin } from "./cache/wait-within.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { placeAgain } from "./place-again.ts";
import { present } from "./present.ts";

/** Whether the stage has anything to do for a call. */
export const isRecalled = (open: OpenCall): boolean => cachePolicyOf(open) !== null;

/**
 * Looks for the answer to exactly this question. Of identical calls that are under way one goes on and the others
 * wait for its answer; `null` sends this call to the provider. What it found is in `open.cache`.
 */
export async function recall(gateway: Gateway, open: OpenCall): Promise<Recalled | null> {
  const policy = cachePolicyOf(open);
  if (policy === null) return null;
  const course = openCourse(gateway, open, policy);
  open.cache = course;
  const looking = lookUp(gateway, open, course);
  const recalled = looking === null ? null : await looking;
  if (open.abandoned) throw new RollwardError("provider_cut", { provider: "none", reason: "the client left" });
  if (recalled === null) {
    // It may have waited for the answer to another's question.
    placeAgain(gateway, open);
    return null;
  }
  if (course.status === "miss") course.status = "hit";
  if (course.status === "hit") noteKey(gateway, open, course);
  course.served = recalled;
  return recalled;
}

/** `null` where nothing is to be looked for; none of these is an `async` function of its own unless it waits for something. */
function lookUp(gateway: Gateway, open: OpenCall, course: CacheCourse): Promise<Recalled | null> | null {
  const { place, bypassed, wish, policy } = course;
  if (place === null) return null;
  // Not asked for an answer, only for what may stand in for one when all else fails.
  if (bypassed !== null) return policy.staleForMs > 0 ? look(gateway, open, { course, place }) : null;
  course.status = "miss";
  if (wish.refresh) return null;
  // Who wants a younger answer than others must not make them wait, nor wait for what is too old.
  const isAlone = wish.maxAgeMs !== null || policy.waitMs === 0;
  return isAlone ? lookAlone(gateway, open, { course, place }) : lookTogether(gateway, open, { course, place });
}

async function lookAlone(gateway: Gateway, open: OpenCall, errand: Errand): Promise<Recalled | null> {
  return (await look(gateway, open, errand)) ?? recallByMeaning(gateway, open, errand.course);
}

interface Errand {
  readonly course: CacheCourse;
  readonly place: CachePlace;
}

/** A fresh answer in the client's form, where one is asked for; an older one is put aside as the last resort. */
async function look(gateway: Gateway, open: OpenCall, { course, place }: Errand): Promise<Recalled | null> {
  const text = await gateway.cache.cache.find(place);
  if (text === null) return null;
  const answer = readAnswer(text, place.key);
  const recalled = answer === null ? null : encodeAnswer(gateway, open, answer);
  if (recalled === null) {
    gateway.cache.countPoisoned();
    void gateway.cache.cache.evict(place);
    return null;
  }
  const worth = worthOf(recalled.ageMs, course.policy, course.wish);
  // Whether it will do then is asked then: the attempts take their time.
  course.lastResort = recalled.answer;
  return worth === "fresh" && course.bypassed === null ? recalled : null;
}

/** Takes a seat among identical calls until one gives an answer, this one leads, or it is time to go alone. */
function lookTogether(gateway: Gateway, open: OpenCall, { course, place }: Errand): Promise<Recalled | null> | null {
  if (open.abandoned) return null;
  const until = waitsUntil(gateway, open, course);
  const seat = gateway.cache.flights.join(place.key);
  if (seat.role === "alone") return null;
  if (seat.role === "lead") return leadThrough(gateway, open, { course, place, lead: seat.lead, until });
  return waitForOthers(gateway, open, { course, place, seat, until });
}

interface WaitErrand extends Errand {
  readonly seat: Seat;
  /** Monotonic milliseconds. */
  readonly until: number;
}

async function waitForOthers(
  gateway: Gateway,
  open: OpenCall,
  { course, place, seat: first, until }: WaitErrand,
): Promise<Recalled | null> {
  let seat = first;
  for (;;) {
    if (seat.role === "alone") return null;
    if (seat.role === "lead") return leadThrough(gateway, open, { course, place, lead: seat.lead, until });
    const since = gateway.clock.elapsed();
    const landing = await waitWithin(gateway.clock, open, { event: seat.landed, until });
    seat.leave();
    course.waitedMs += gateway.clock.elapsed() - since;
    if (landing === null || landing.type === "hopeless") return null;
    const recalled = landed(gateway, open, { course, landing });
    if (recalled !== null) return recalled;
    if (open.abandoned) return null;
    seat = gateway.cache.flights.join(place.key);
  }
}

interface Landed {
  readonly course: CacheCourse;
  readonly landing: Landing;
}

/** What others are told of a call that leads; `null` where this one should take another seat. */
function landed(gateway: Gateway, open: OpenCall, { course, landing }: Landed): Recalled | null {
  if (landing.type === "answered") {
    // Found by its meaning for somebody who takes that: this client wants answers to its own question alone.
    if (landing.near !== undefined && course.wish.exact) return null;
    if (course.semantic !== null && landing.near !== undefined) course.semantic.shared = landing.near;
    return encodeAnswer(gateway, open, landing.answer);
  }
  const resort = landing.type === "failed" ? landing.lastResort : null;
  if (resort === null) return null;
  // Every target has just failed with this very request: asking again would only add to it.
  course.status = "stale";
  return encodeAnswer(gateway, open, resort);
}

interface LeadErrand extends Errand {
  readonly lead: Lead;
  /** Monotonic milliseconds. */
  readonly until: number;
}

/** Leads the identical calls of this process: looks, agrees with other replicas, and lands at once on an answer. */
async function leadThrough(gateway: Gateway, open: OpenCall, errand: LeadErrand): Promise<Recalled | null> {
  const { course, place, lead, until } = errand;
  course.lead = lead;
  const found = await look(gateway, open, errand);
  const near = found === null && course.semantic !== null ? await recallByMeaning(gateway, open, course) : null;
  const recalled =
    found ??
    near ??
    (gateway.cache.cache.isShared
      ? await claimOrWait(gateway, open, { course, place, until, look: () => look(gateway, open, errand) })
      : null);
  if (recalled === null) return null;
  const fact = near === null || course.semantic === null ? null : semanticFactOf(course.semantic);
  lead.land({ type: "answered", answer: recalled.answer, ...(fact !== null && { near: fact }) });
  return recalled;
}

/** Half of the time that is left is kept for asking oneself. Monotonic milliseconds. */
function waitsUntil(gateway: Gateway, open: OpenCall, { policy }: CacheCourse): number {
  const now = gateway.clock.elapsed();
  const deadline = open.startedAt + present(open.rendered).timeouts.totalMs;
  return now + Math.min(policy.waitMs, Math.max(0, deadline - now) / 2);
}
