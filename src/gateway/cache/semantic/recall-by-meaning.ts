import { readAnswer } from "../../../domain/cache/cached-answer.ts";
import type { CachedAnswer } from "../../../domain/cache/cached-answer.ts";
import { ageMsOf, worthOf } from "../../../domain/cache/cache-wish.ts";
import { meaningSeal } from "../../../domain/cache/meaning-partition.ts";
import type { SemanticOutcome } from "../../../domain/cache/semantic-fact.ts";
import { auditRate } from "../../../domain/cache/semantic/certification.ts";
import { decideHit } from "../../../domain/cache/semantic/decide-hit.ts";
import { EMPTY_RECORD, recordWith } from "../../../domain/cache/semantic/entry-record.ts";
import { guardsOf, transactionalVeto } from "../../../domain/cache/semantic/guards.ts";
import { pairFeatures } from "../../../domain/cache/semantic/pair-features.ts";
import { traitsOf } from "../../../domain/cache/semantic/question-traits.ts";
import type { NearMeaning } from "../../../ports/meaning-store.ts";
import type { Gateway } from "../../gateway.ts";
import type { OpenCall } from "../../open-call.ts";
import type { CacheCourse, Recalled } from "../course.ts";
import { encodeAnswer } from "../encode-answer.ts";
import { waitWithin } from "../wait-within.ts";
import { answerText } from "./answer-text.ts";
import type { MeaningTerms, SemanticCourse } from "./semantic-course.ts";
import { vectorOf } from "./vector-of.ts";

/** So many are looked at: the nearest may have lost its answer. One more is found, for the margin of the last. */
const NEAREST = 3;

/**
 * Looks for the answer to a question that means the same as this one, which the exact cache does not have. `null` sends
 * the call to the model: to be audited, because nothing is proven, or because there is nothing near enough. Never rejects.
 */
export async function recallByMeaning(gateway: Gateway, open: OpenCall, course: CacheCourse): Promise<Recalled | null> {
  const { semantic } = course;
  if (semantic === null) return null;
  if (semantic.terms === null) {
    semantic.outcome = semantic.bar;
    return null;
  }
  const quest: Quest = { course, semantic, terms: semantic.terms };
  try {
    return await search(gateway, open, quest);
  } catch {
    // The store is away, or was a moment ago.
    return ended(semantic, "unready");
  }
}

interface Quest {
  readonly course: CacheCourse;
  readonly semantic: SemanticCourse;
  readonly terms: MeaningTerms;
}

function ended(semantic: SemanticCourse, outcome: SemanticOutcome): null {
  semantic.outcome = outcome;
  return null;
}

async function search(gateway: Gateway, open: OpenCall, quest: Quest): Promise<Recalled | null> {
  const { semantic, terms } = quest;
  const desk = gateway.cache.semantic;
  if (desk === null) return ended(semantic, "unready");
  const until = gateway.clock.elapsed() + terms.policy.withinMs;
  const standing = desk.certifications.current(terms.group);
  const vector = await inTime(gateway, open, { event: vectorOf(gateway, open, semantic), until });
  if (vector === LATE) return ended(semantic, "late");
  if (vector === null) return ended(semantic, "no-vector");
  const state = await inTime(gateway, open, { event: standing, until });
  if (state === null || state === LATE) return ended(semantic, "unready");
  const { partition, policy } = terms;
  const look = desk.copies.nearest({ partition, vector, count: NEAREST + 1, most: policy.entries });
  const near = await inTime(gateway, open, { event: look, until });
  if (near === LATE) return ended(semantic, "unready");
  const found = await firstAnswered(gateway, quest, near);
  if (found === null) return null;
  // Drawn before anything is decided: audits are a random sample of what would be given.
  const isAudited = gateway.random() < auditRate(state);
  const decision = decideHit(state, found.features);
  semantic.score = decision.score;
  if (isAudited) return ended(semantic, "audit");
  if (!decision.serves) return ended(semantic, decision.reason === "below" ? "below" : silenceOf(decision.reason));
  const recalled = encodeAnswer(gateway, open, found.kept);
  if (recalled === null) return ended(semantic, "none");
  semantic.outcome = "hit";
  return recalled;
}

const silenceOf = (reason: string): SemanticOutcome => (reason === "closed" ? "closed" : "collecting");

const LATE = Symbol("late");

interface Waiting<T> {
  readonly event: Promise<T>;
  readonly until: number;
}

/** What an event brings, or that it came too late; rejects as it does. */
async function inTime<T>(gateway: Gateway, open: OpenCall, { event, until }: Waiting<T>): Promise<T | typeof LATE> {
  const settled = event.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  const told = await waitWithin(gateway.clock, open, { event: settled, until });
  if (told === null) return LATE;
  if ("error" in told) throw told.error;
  return told.value;
}

interface Answered {
  readonly kept: CachedAnswer;
  readonly features: readonly number[];
}

/** The nearest question that may be compared and still has its answer; notes it on the course. */
async function firstAnswered(
  gateway: Gateway,
  { course, semantic, terms }: Quest,
  near: readonly NearMeaning[],
): Promise<Answered | null> {
  const question = traitsOf(terms.question);
  semantic.outcome = "none";
  for (const [at, { meaning, similarity }] of near.slice(0, NEAREST).entries()) {
    const candidate = traitsOf(meaning.question);
    const isVetoed = course.place !== null && meaning.vetoes.includes(course.place.key);
    if (isVetoed || (terms.policy.transactional && transactionalVeto(guardsOf(question, candidate)) !== null)) {
      semantic.outcome = "vetoed";
      continue;
    }
    const kept = await keptAnswer(gateway, course, { terms, near: { meaning, similarity } });
    if (kept === null) continue;
    const record = meaning.notes.reduce((all, note) => recordWith(all, note.similarity, note.right), EMPTY_RECORD);
    const runnerUp = near[at + 1]?.similarity ?? null;
    const features = pairFeatures({ question, candidate, similarity, runnerUp, record });
    semantic.candidate = { meaning, similarity, features, answer: answerText(kept.parts) ?? "" };
    return { kept, features };
  }
  return null;
}

/** The answer of a question, if it is still there, is its own, is fresh, and is words alone. */
async function keptAnswer(
  gateway: Gateway,
  { policy, wish }: CacheCourse,
  { terms, near }: { readonly terms: MeaningTerms; readonly near: NearMeaning },
): Promise<CachedAnswer | null> {
  const { key, question } = near.meaning;
  const text = await gateway.cache.cache.find({ endpoint: terms.group.endpoint, key });
  const kept = text === null ? null : readAnswer(text, key);
  if (kept === null) return null;
  // A row that points at an answer which was given to another question, or to somebody else, is none of ours.
  if (kept.meaning !== meaningSeal(terms.partition, question)) {
    gateway.cache.countPoisoned();
    return null;
  }
  const isFresh = worthOf(ageMsOf(kept, gateway.clock.now()), policy, wish) === "fresh";
  return isFresh && answerText(kept.parts) !== null ? kept : null;
}
