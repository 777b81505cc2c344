import { meaningSeal } from "../../../domain/cache/meaning-partition.ts";
import { answerTextBar } from "../../../domain/cache/semantic/question-bar.ts";
import { MOST_SHOWN } from "../../../domain/routing/judge-answer.ts";
import type { GatheredAnswer } from "../../../domain/cache/gather-parts.ts";
import type { StoreBar } from "../../../domain/cache/answer-bar.ts";
import type { Gateway } from "../../gateway.ts";
import type { OpenCall } from "../../open-call.ts";
import { pauseOf } from "../../refuse-paused.ts";
import type { CacheCourse } from "../course.ts";
import { answerText } from "./answer-text.ts";
import { judgeAudit } from "./judge-audit.ts";
import { semanticFactOf } from "./semantic-course.ts";
import { vectorOf } from "./vector-of.ts";

/**
 * Closes a call's search after its answer has gone out: the judge of an audit is asked, and the question is remembered.
 * `null` where nothing is left to do that the call's record must wait for; else what it waits for, which never rejects.
 */
export function closeMeaning(gateway: Gateway, open: OpenCall): Promise<void> | null {
  const { semantic, served } = open.cache ?? {};
  const desk = gateway.cache.semantic;
  if (semantic == null || desk === null || served != null) return null;
  if (semantic.outcome !== "audit") {
    remember(gateway, open);
    return null;
  }
  const isPaused = pauseOf(gateway, open) !== undefined;
  if (isPaused || !desk.hasRoom) {
    semantic.trouble = isPaused ? "its calls are paused" : "too many audits are under way";
    remember(gateway, open);
    return null;
  }
  const aside: OpenCall = { ...open, startedAt: gateway.clock.elapsed(), abandoned: false, underWay: null };
  return desk.hold(aside, audit(gateway, open, aside));
}

/** A question that another one answers rightly is found by that one, which has the record, and is not remembered. */
async function audit(gateway: Gateway, open: OpenCall, aside: OpenCall): Promise<void> {
  await judgeAudit(gateway, open, aside);
  if (open.cache?.semantic?.verdict !== "right") remember(gateway, open);
}

/** Counts what became of a call's search. */
export function countMeaning({ cache }: Gateway, { cache: course, placement }: OpenCall): void {
  const fact = course?.semantic == null ? null : semanticFactOf(course.semantic);
  if (fact !== null && placement !== null) cache.semantic?.count(placement.release.endpoint, fact);
}

/** Remembers a question whose answer was kept, unless it may not answer others. */
function remember(gateway: Gateway, open: OpenCall): void {
  const course = open.cache ?? null;
  const { semantic = null, place = null } = course ?? {};
  const terms = semantic?.terms ?? null;
  if (course === null || semantic === null || terms === null || place === null || course.kept !== "stored") return;
  const desk = gateway.cache.semantic;
  if (desk === null || course.sealed !== meaningSeal(terms.partition, terms.question)) return;
  // Who pays for vectors pays for those that are looked for.
  if (semantic.vector === null && terms.policy.embedder !== "local") return;
  desk.behind(place.endpoint, async () => {
    const vector = await vectorOf(gateway, open, semantic);
    if (vector === null || gateway.cache.purgesOf(place.endpoint) !== course.purges) return;
    const at = gateway.clock.now();
    const { partition, question, policy } = terms;
    const expiresAt = at + course.policy.ttlMs;
    const meaning = { partition, ...place, callId: open.id, vector, question, at, expiresAt };
    await desk.store.put(meaning, policy.entries);
    desk.copies.put(meaning);
  });
}

/**
 * What binds an answer to the question that it is remembered by; `null` for one that must not answer other questions: it
 * calls tools, holds what is personal, or is longer than a judge is shown.
 */
export function sealOf({ semantic }: CacheCourse, gathered: GatheredAnswer | StoreBar): string | null {
  if (semantic?.terms == null || typeof gathered === "string") return null;
  const text = answerText(gathered.parts);
  if (text === null || text.length > MOST_SHOWN || answerTextBar(text) !== null) return null;
  return meaningSeal(semantic.terms.partition, semantic.terms.question);
}
