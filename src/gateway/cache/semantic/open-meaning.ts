import { askedQuestion } from "../../../domain/cache/asked-question.ts";
import { judgeName } from "../../../domain/cache/audit-judge.ts";
import type { KeyParts } from "../../../domain/cache/cache-key.ts";
import type { CacheWish } from "../../../domain/cache/cache-wish.ts";
import { meaningGroup, meaningPartition } from "../../../domain/cache/meaning-partition.ts";
import type { SemanticPolicy } from "../../../domain/cache/semantic-policy.ts";
import type { SemanticOutcome } from "../../../domain/cache/semantic-fact.ts";
import { DEFAULT_TERMS } from "../../../domain/cache/semantic/certification-terms.ts";
import type { CertificationTerms } from "../../../domain/cache/semantic/certification-terms.ts";
import { releaseName } from "../../../domain/release/release.ts";
import type { Embedder } from "../../../ports/embedder.ts";
import type { Gateway } from "../../gateway.ts";
import type { OpenCall } from "../../open-call.ts";
import { present } from "../../present.ts";
import { newSemanticCourse } from "./semantic-course.ts";
import type { MeaningTerms, SemanticCourse } from "./semantic-course.ts";

/** What the exact cache knows of a question. */
export interface MeaningSource {
  readonly policy: SemanticPolicy;
  readonly wish: CacheWish;
  readonly parts: KeyParts;
}

/** Begins a call's search for a question that means the same; `null` where this process has no semantic cache. */
export function openMeaning(gateway: Gateway, open: OpenCall, source: MeaningSource): SemanticCourse | null {
  if (gateway.cache.semantic === null) return null;
  return newSemanticCourse(() => meaningTerms(gateway, open, source));
}

/** Fails closed: without one of the parts there is nothing to compare with. */
function meaningTerms(
  { cache }: Gateway,
  open: OpenCall,
  { policy, wish, parts }: MeaningSource,
): MeaningTerms | SemanticOutcome {
  if (wish.exact) return "exact";
  const { request, labels, numbers, scope, environment, endpoint, releaseDigest } = parts;
  if (request.form !== "canonical") return "dialect";
  const user = (policy.personal ? parts.user : null) ?? null;
  if (policy.personal && user === null) return "no-user";
  const asked = askedQuestion(request.request);
  if (typeof asked === "string") return asked;
  const embedder = cache.semantic?.embedders.of(policy, open.settings.providers) ?? null;
  if (embedder === null) return "no-vector";
  const group = meaningGroup({ scope, environment, endpoint, releaseDigest, embedder: embedder.id });
  const { text, context } = asked;
  const { request: canonical, aside = null } = request;
  const release = releaseName(present(open.placement).release);
  return {
    policy,
    question: text,
    partition: meaningPartition({ group, request: canonical, aside, labels, numbers, context, user }),
    group: { name: group, endpoint, release, scope, terms: certificationTerms(policy, embedder) },
    embedder,
  };
}

const certificationTerms = (policy: SemanticPolicy, { id }: Embedder): CertificationTerms => ({
  ...DEFAULT_TERMS,
  bound: policy.wrongAtMost,
  alpha: rounded(1 - policy.confidence),
  openRate: policy.audit,
  embedder: id,
  judge: judgeName(policy.judge),
});

/** 1 − 0.95 is not 0.05. */
const rounded = (share: number): number => Math.round(share * 1e9) / 1e9;
