import { writeAnswer } from "../../domain/cache/cached-answer.ts";
import type { CachedAnswer } from "../../domain/cache/cached-answer.ts";
import { keepMsOf } from "../../domain/cache/cache-policy.ts";
import type { GatheredAnswer } from "../../domain/cache/gather-parts.ts";
import type { StoreBar } from "../../domain/cache/answer-bar.ts";
import { ROUTED } from "../../domain/routing/routing-policy.ts";
import type { CachePlace } from "../../ports/answer-cache.ts";
import { besidePico } from "../meters/beside-pico.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { tierOf } from "../tier-of.ts";
import { cacheFactOf } from "./course.ts";
import type { CacheCourse } from "./course.ts";
import type { Landing } from "./flights.ts";
import { gatherAnswer } from "./gather-answer.ts";
import { cachePolicyOf } from "./open-course.ts";
import { answerText } from "./semantic/answer-text.ts";
import { sealOf } from "./semantic/close-meaning.ts";
import { isAway } from "./serve-stale.ts";
import { referenceOfOpen } from "../reference-of-open.ts";

/**
 * Closes a call's way past the cache after its answer has gone out: keeps what is worth keeping, and tells those who
 * wait. Never throws: whatever happens here, the call is settled.
 */
export function keepAnswer(gateway: Gateway, open: OpenCall): void {
  const course = open.cache;
  if (course == null) return;
  try {
    const answer = freshAnswer(gateway, open, course);
    close(gateway, open, { course, answer });
  } catch (error) {
    gateway.announcer.troubled(`keeping the answer of ${open.id}`, error, referenceOfOpen(open));
    land(course, { type: "failed", lastResort: null });
  }
  gateway.cache.count(cacheFactOf(course));
}

/** The answer as an entry, or why it is none; `null` for what came from the cache itself, or has no key. */
function freshAnswer(gateway: Gateway, open: OpenCall, course: CacheCourse): CachedAnswer | StoreBar | null {
  const { place, policy } = course;
  if (place === null || course.served !== null) return null;
  if (open.ending?.outcome !== "ok") return "failed";
  // The key is that of the release which it asked for.
  if (tierOf(open) !== "primary" || cachePolicyOf(open) !== policy) return "fallback";
  if (open.routing != null && open.routing.decision.action !== ROUTED) return "drawn";
  const gathered = gatherAnswer(open, policy);
  course.sealed = sealOf(course, gathered);
  if (typeof gathered === "string") return gathered;
  course.fresh = course.semantic === null ? null : answerText(gathered.parts);
  return entryOf(gateway, open, { course, place, gathered });
}

interface Found {
  readonly course: CacheCourse;
  readonly place: CachePlace;
  readonly gathered: GatheredAnswer;
}

function entryOf(gateway: Gateway, open: OpenCall, { course, place, gathered }: Found): CachedAnswer {
  return {
    format: "rollward.answer/1",
    key: place.key,
    callId: open.id,
    at: gateway.clock.now(),
    model: gathered.model,
    parts: gathered.parts,
    finishReason: gathered.finishReason ?? "other",
    stopSequence: gathered.stopSequence,
    usage: open.attempts.at(-1)?.usage ?? null,
    costPico: open.attempts.reduce((sum, { costPico }) => sum + costPico, besidePico(open)),
    ...(course.sealed !== null && { meaning: course.sealed }),
  };
}

interface Closing {
  readonly course: CacheCourse;
  readonly answer: CachedAnswer | StoreBar | null;
}

function close(gateway: Gateway, open: OpenCall, { course, answer }: Closing): void {
  const { place, served, status } = course;
  if (answer !== null && typeof answer !== "string" && place !== null) return store(gateway, course, { place, answer });
  if (typeof answer === "string") course.kept = answer;
  if (answer === null || answer === "failed") {
    const isFinal = open.ending?.error != null && !isAway(open.ending.error);
    // An old answer serves those who wait as well: every target has just failed with their very request.
    const lastResort = status === "stale" ? (served?.answer ?? null) : null;
    return land(course, isFinal ? { type: "hopeless" } : { type: "failed", lastResort });
  }
  land(course, { type: "hopeless" });
}

function store(
  gateway: Gateway,
  course: CacheCourse,
  { place, answer }: { readonly place: CachePlace; readonly answer: CachedAnswer },
): void {
  const { policy, lead } = course;
  const isPurged = gateway.cache.purgesOf(place.endpoint) !== course.purges || lead?.isForgotten === true;
  const text = isPurged ? "" : writeAnswer(answer);
  const isTooLarge = Buffer.byteLength(text) > policy.maxEntryBytes;
  course.kept = isPurged ? "purged" : isTooLarge ? "too-large" : "stored";
  if (course.kept !== "stored") return land(course, { type: "hopeless" });
  // Those who wait here have it at once; those elsewhere are let go when they can find it.
  void gateway.cache.cache.store(place, text, keepMsOf(policy)).then(() => release(course, "done"));
  lead?.land({ type: "answered", answer });
}

function land(course: CacheCourse, landing: Landing): void {
  release(course, landing.type === "hopeless" ? "hopeless" : landing.type === "failed" ? "failed" : "done");
  course.lead?.land(landing);
}

function release({ claim, stopRenewing }: CacheCourse, outcome: "done" | "failed" | "hopeless"): void {
  stopRenewing?.();
  claim?.release(outcome);
}
