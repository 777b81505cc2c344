import type { StoreBar } from "../../../domain/cache/answer-bar.ts";
import { auditRequest, judgeName, verdictIn } from "../../../domain/cache/audit-judge.ts";
import type { SemanticVerdict } from "../../../domain/cache/semantic-fact.ts";
import { askAside } from "../../attempt/ask-aside.ts";
import type { Gateway } from "../../gateway.ts";
import type { OpenCall } from "../../open-call.ts";
import type { MeaningCandidate, MeaningTerms, SemanticCourse } from "./semantic-course.ts";
import { referenceOfOpen } from "../../reference-of-open.ts";

/** Longest a judge may take, ms. */
const JUDGE_MS = 20_000;

/** A fresh answer that is no words to compare: the kept one would not have been the same. */
const WRONG_BESIDE: ReadonlySet<string | null> = new Set<StoreBar>(["tools", "refused", "finding", "empty"]);

/**
 * Compares the kept answer with the fresh one and notes the verdict: in what is proven, and on the kept one. `aside` is
 * the call as a judge is asked in its name, after its client has gone. Never rejects.
 */
export async function judgeAudit(gateway: Gateway, open: OpenCall, aside: OpenCall): Promise<void> {
  const semantic = open.cache?.semantic ?? null;
  const { terms = null, candidate = null } = semantic ?? {};
  if (semantic === null || terms === null || candidate === null) return;
  try {
    semantic.verdict = await verdictOf(gateway, open, { aside, semantic, terms, candidate });
    if (semantic.verdict !== null) await note(gateway, open, { verdict: semantic.verdict, terms, candidate });
  } catch (error) {
    gateway.announcer.troubled(`the audit of ${open.id}`, error, referenceOfOpen(open));
    semantic.trouble ??= "a fault of ours";
  }
}

interface Case {
  readonly aside: OpenCall;
  readonly semantic: SemanticCourse;
  readonly terms: MeaningTerms;
  readonly candidate: MeaningCandidate;
}

async function verdictOf(
  gateway: Gateway,
  open: OpenCall,
  { aside, semantic, terms, candidate }: Case,
): Promise<SemanticVerdict | null> {
  const fresh = open.cache?.fresh ?? null;
  if (fresh === null) {
    if (WRONG_BESIDE.has(open.cache?.kept ?? null)) return "wrong";
    semantic.trouble = "there is no fresh answer to compare with";
    return null;
  }
  const { policy, question } = terms;
  const request = auditRequest({
    question,
    answer: fresh,
    keptQuestion: candidate.meaning.question,
    keptAnswer: candidate.answer,
  });
  const asked = { target: policy.judge, request, withinMs: JUDGE_MS };
  const { text, trouble, costPico } = await askAside(gateway, aside, asked);
  semantic.judgePico += costPico;
  const verdict = verdictIn(text ?? "");
  if (verdict === null) semantic.trouble = trouble ?? "the judge's reply has no verdict";
  return verdict;
}

interface Found {
  readonly verdict: SemanticVerdict;
  readonly terms: MeaningTerms;
  readonly candidate: MeaningCandidate;
}

async function note(gateway: Gateway, open: OpenCall, { verdict, terms, candidate }: Found): Promise<void> {
  const desk = gateway.cache.semantic;
  if (desk === null) return;
  const { meaning, similarity, features } = candidate;
  const isCorrect = verdict === "right";
  desk.certifications.tell(terms.group, {
    type: "audit",
    at: gateway.clock.now(),
    id: open.id,
    embedder: terms.embedder.id,
    judge: judgeName(terms.policy.judge),
    features,
    isCorrect,
  });
  desk.copies.note(meaning, { similarity, right: isCorrect });
  // The store may be away; what is proven must not wait for it.
  desk.behind(terms.group.endpoint, async () => {
    await desk.store.note(meaning, { similarity, right: isCorrect });
  });
}
