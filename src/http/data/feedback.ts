import type { FastifyInstance, FastifyRequest } from "fastify";
import type { z } from "zod";
import { sendFeedback, sendMetrics } from "../../contract/feedback.ts";
import { faultOf, journalled, takeFeedback } from "../../delivery/take-feedback.ts";
import type { EvidenceFate, SaidOfSession } from "../../delivery/take-feedback.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Key } from "../../domain/access/key.ts";
import { hasScope, keyPrefix } from "../../domain/access/presented-key.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Feedback, FeedbackItem } from "../../domain/feedback/feedback.ts";
import { ownerOf } from "../../domain/feedback/owner-of.ts";
import { KeyRates } from "../../domain/limits/key-rates.ts";
import { evaluationOf } from "../../domain/trace/evaluation.ts";
import type { Evaluation } from "../../domain/trace/evaluation.ts";
import { evictAnswerOf } from "../../gateway/cache/evict-answer-of.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { AppendResult, FeedbackStore } from "../../ports/feedback-store.ts";
import { parseInput, readJsonBody } from "../admin/serve-route.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import { unitOf } from "../unit-of.ts";
import { findSubject, findSubjects, homeOf, subjectOf } from "./feedback-subject.ts";
import type { FoundSubject, NamedSubject, SubjectTerms } from "./feedback-subject.ts";

/** What taking feedback is plugged into. */
export interface FeedbackTerms extends SubjectTerms {
  /** Of the server's own environment. */
  readonly gateway: Gateway;
  readonly feedback: FeedbackStore;
  /** Told of everything that is said, the first time that it is sent. */
  readonly heard?: (feedback: Feedback) => void;
  /** Told of a score, the first time that it is sent. */
  readonly evaluated: (evaluation: Evaluation) => void;
  readonly delivery: Pick<Delivery, "observatory" | "log" | "clock" | "ids">;
}

type FeedbackBody = z.output<typeof sendFeedback.body>;
type MetricsBody = z.output<typeof sendMetrics.body>;
type MetricAnswer = z.input<typeof sendMetrics.answer>["data"][number];

/** One thing that was said, with the call that it is about. */
interface Said {
  readonly id: string;
  readonly part: number;
  readonly named: NamedSubject;
  readonly facts: CallFacts;
  readonly item: FeedbackItem;
}

/** What users, judges and applications say afterwards: kept, and evidence of a rollout where its plan compares it. */
export function feedback(app: FastifyInstance, terms: FeedbackTerms): void {
  const hooks = { onRequest: identifyCaller(terms.gateway) };
  const rates = new KeyRates();
  app.post(sendFeedback.path, hooks, (request) => {
    const [key, body] = [senderOf(request), bodyOf(request, sendFeedback)];
    admit(terms, rates, { key, cost: itemsOf(body).length });
    return takeOne(terms, key, body);
  });
  app.post(sendMetrics.path, hooks, (request) => {
    const [key, body] = [senderOf(request), bodyOf(request, sendMetrics)];
    admit(terms, rates, { key, cost: body.metrics.length });
    return takeMetrics(terms, key, body);
  });
}

/** Every thing that is said is kept for months, so a key may not say them as fast as it can. */
function admit(
  { gateway, delivery }: FeedbackTerms,
  rates: KeyRates,
  { key, cost }: { readonly key: Key; readonly cost: number },
): void {
  const { feedbackRate: rate } = gateway.environments.forKey(key).settings();
  const waitMs = rates.admit(key.id, rate, { now: delivery.clock.elapsed(), cost: Math.max(1, cost) });
  if (waitMs === 0 || rate === undefined) return;
  const details = { amount: rate.amount, seconds: rate.windowMs / 1_000, retryAfter: Math.ceil(waitMs / 1_000) };
  throw new RollwardError("feedback_rate_limited", details);
}

const bodyOf = <R extends { readonly body: z.ZodType }>(request: FastifyRequest, route: R): z.output<R["body"]> =>
  parseInput(route.body, readJsonBody(request).value) as z.output<R["body"]>;

function senderOf(request: FastifyRequest): Key {
  const key = callerOf(request);
  if (hasScope(key, "inference")) return key;
  throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "send feedback", scope: "inference" });
}

async function takeOne(
  terms: FeedbackTerms,
  key: Key,
  body: FeedbackBody,
): Promise<z.input<typeof sendFeedback.answer>> {
  const facts = await findSubject(terms, { key, named: body });
  const id = body.id ?? terms.delivery.ids.next("fb");
  const said = itemsOf(body).map((item, part): Said => ({ id, part, named: body, facts, item }));
  const kept = await keep(terms, key, { said, isWhole: true });
  if (kept.includes("other")) throw usedOtherwise(id);
  tellScores(terms, said, kept);
  const evidence = said.map(({ item }) => ({ said: nameOf(item), used: evidenceOf(terms, facts, item) }));
  await secure(
    terms,
    evidence.map(({ used }) => used),
  );
  return { id, duplicate: !kept.includes("new"), evidence, evicted: await evict(terms, body, facts) };
}

async function takeMetrics(
  terms: FeedbackTerms,
  key: Key,
  { metrics }: MetricsBody,
): Promise<z.input<typeof sendMetrics.answer>> {
  const subjects = new Map(metrics.map((named) => [subjectKey(named), named]));
  const facts = await findSubjects(terms, { key, named: [...subjects.values()] });
  const found = new Map([...subjects.keys()].map((subject, index) => [subject, facts[index]]));
  const said = metrics.map((metric) => saidOf(terms, metric, found.get(subjectKey(metric))));
  const sound = said.flatMap((one) => (one instanceof RollwardError ? [] : [one]));
  const kept = await keep(terms, key, { said: sound, isWhole: false });
  const data = said.map((one, index): MetricAnswer => {
    const id = metrics[index]?.id ?? "";
    if (one instanceof RollwardError) return rejected(id, one);
    const fate = kept[sound.indexOf(one)];
    if (fate === "other") return rejected(id, usedOtherwise(id));
    const result = fate === "new" ? "recorded" : "duplicate";
    return { id, result, used: evidenceOf(terms, one.facts, one.item), error: null };
  });
  await secure(
    terms,
    data.map(({ used }) => used),
  );
  return summaryOf(data);
}

const subjectKey = ({ call, session, endpoint }: NamedSubject): string => JSON.stringify([call, session, endpoint]);

const isEvidence = (used: EvidenceFate | null): boolean => used === "counted" || used === "handed_on";

/** Who is told that something is evidence can rely on it. */
async function secure({ delivery }: FeedbackTerms, fates: readonly (EvidenceFate | null)[]): Promise<void> {
  if (fates.some(isEvidence)) await journalled(delivery);
}

const rejected = (id: string, { code, message }: RollwardError): MetricAnswer => ({
  id,
  result: "rejected",
  used: null,
  error: { code, message },
});

/** An id stands for one thing: what was sent under it the second time would otherwise be evidence that nobody finds. */
const usedOtherwise = (id: string): RollwardError =>
  new RollwardError("invalid_request", {
    reason: `The id ${id} stands for something else that was sent before.`,
    param: "id",
  });

function summaryOf(data: readonly MetricAnswer[]): z.input<typeof sendMetrics.answer> {
  const count = (result: MetricAnswer["result"]): number => data.filter((one) => one.result === result).length;
  return {
    data: [...data],
    recorded: count("recorded"),
    duplicates: count("duplicate"),
    rejected: count("rejected"),
    evidence: data.filter(({ used }) => isEvidence(used)).length,
  };
}

/** A metric with its call; or why it is turned away. What the store does not answer turns all of them away. */
function saidOf(
  { delivery }: FeedbackTerms,
  metric: MetricsBody["metrics"][number],
  facts: FoundSubject | undefined,
): Said | RollwardError {
  if (facts === undefined) return new RollwardError("internal", { id: metric.id });
  if (facts instanceof RollwardError) {
    if (facts.status >= 500) throw facts;
    return facts;
  }
  const item: FeedbackItem = { kind: "metric", name: metric.name, value: metric.value };
  const about = aboutSession(facts, item);
  const fault = about === null ? null : faultOf(delivery, about);
  if (fault !== null) return new RollwardError("invalid_request", { reason: `${fault}.`, param: "value" });
  return { id: metric.id, part: 0, named: metric, facts, item };
}

function itemsOf({ thumbs, problem, scores, judge, correction }: FeedbackBody): readonly FeedbackItem[] {
  const told: FeedbackItem[] = [];
  if (thumbs !== undefined) told.push({ kind: "thumbs", up: thumbs === "up" });
  if (problem !== undefined) {
    told.push({ kind: "problem", category: problem.category ?? null, comment: problem.comment ?? null });
  }
  for (const [name, value] of Object.entries(scores ?? {}))
    told.push({ kind: "score", name, value, judge: judge ?? null });
  if (correction !== undefined) told.push({ kind: "correction", text: correction });
  return told;
}

const nameOf = (item: FeedbackItem): string => (item.kind === "score" ? `score ${item.name}` : item.kind);

/** What is to be kept; what is whole, where one of it cannot be kept, is not kept at all. */
interface ToKeep {
  readonly said: readonly Said[];
  readonly isWhole: boolean;
}

/** Keeps what was said before it is used: what counts as evidence is never unknown. */
async function keep(
  { feedback: store, delivery, gateway, heard }: FeedbackTerms,
  key: Key,
  { said, isWhole }: ToKeep,
): Promise<readonly AppendResult[]> {
  const at = delivery.clock.now();
  // A tenant's keys of one environment know nothing of the ids that those of another use.
  const owner = `${homeOf(gateway, key)}/${ownerOf(key)}`;
  const all = said.map(({ id, part, named, facts, item }): Feedback => {
    return { ...subjectOf(facts, named), id, part, owner, at, keyId: key.id, item };
  });
  const kept = await (isWhole ? store.appendWhole(all) : store.append(all));
  for (const [index, one] of all.entries()) if (kept[index] === "new") heard?.(one);
  return kept;
}

/** Scores of calls go out with traces; what is said of a session judges no span. */
function tellScores(
  { evaluated, delivery }: FeedbackTerms,
  said: readonly Said[],
  kept: readonly AppendResult[],
): void {
  for (const [index, { named, facts, item }] of said.entries()) {
    if (named.call === undefined || kept[index] !== "new") continue;
    const evaluation = evaluationOf(facts, item, delivery.clock.now());
    if (evaluation !== null) evaluated(evaluation);
  }
}

/** Said again it is evidence again where the first time did not get that far; a session counts once in any case. */
function evidenceOf({ delivery }: FeedbackTerms, facts: CallFacts, item: FeedbackItem): EvidenceFate {
  const about = aboutSession(facts, item);
  return about === null ? "no_rollout" : takeFeedback(delivery, about);
}

function aboutSession(facts: CallFacts, item: FeedbackItem): SaidOfSession | null {
  const unit = unitOf(facts);
  const { rolloutId } = facts;
  return unit === null || rolloutId === null ? null : { rolloutId, unit, callAt: facts.at, item };
}

/** A user who points at a call and says that it was bad must not get the same answer again. */
async function evict({ gateway }: FeedbackTerms, body: FeedbackBody, facts: CallFacts): Promise<boolean> {
  if (body.thumbs !== "down" || body.call === undefined) return false;
  const own = gateway.environments.named(facts.environment);
  return own === undefined ? false : evictAnswerOf(own, facts);
}
