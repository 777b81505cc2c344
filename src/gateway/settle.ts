import { CLIENT_LEFT } from "../domain/call/call-record.ts";
import type { CallBodies, CallFacts } from "../domain/call/call-record.ts";
import { releaseName } from "../domain/release/release.ts";
import { cacheFactOf } from "./cache/course.ts";
import { keepAnswer } from "./cache/keep-answer.ts";
import { closeMeaning, countMeaning } from "./cache/semantic/close-meaning.ts";
import { learnFromUsage } from "./context/learn-tokens.ts";
import type { Gateway } from "./gateway.ts";
import { closePass, closePurse } from "./meters/close-meters.ts";
import { hasLeftWaiting } from "./has-left-waiting.ts";
import { learnAnswerLength } from "./meters/expected-tokens.ts";
import { noteErrors } from "./meters/note-errors.ts";
import { noteSpend } from "./meters/note-spend.ts";
import { besidePico, settledPicoOf } from "./meters/beside-pico.ts";
import { noteFindings } from "./note-findings.ts";
import { routingFactOf } from "./routing/open-routing.ts";
import { learnPrefixes, promptCacheFactOf } from "./prompt-cache/learn-prefixes.ts";
import { offerCopy } from "./offer-copy.ts";
import type { OpenCall } from "./open-call.ts";
import { tierOf } from "./tier-of.ts";
import { tellEvidence } from "./tell-evidence.ts";
import { userOf } from "./user-of.ts";

/** Users are named by clients; a record keeps so much of a name. */
const MOST_USER_CHARACTERS = 200;

/** Closes the books of a call that took `totalMs`: load, evidence and record. Runs once for every call, however it ended. */
export function settle(gateway: Gateway, call: OpenCall, totalMs: number): void {
  if (call.admitted) {
    gateway.load.inFlight -= 1;
    gateway.load.bytes -= call.loadBytes ?? 0;
  }
  noteFindings(gateway, call);
  keepAnswer(gateway, call);
  const audit = closeMeaning(gateway, call);
  if (call.context !== undefined) learnFromUsage(gateway, call);
  learnPrefixes(gateway, call);
  const facts = factsOf(call, totalMs);
  learnAnswerLength(gateway, call);
  closePass(call);
  tellEvidence(gateway, call, facts);
  noteErrors(gateway, call, facts);
  if (audit === null) return closeBooks(gateway, call, facts);
  // What a judge says and costs belongs to the call whose answer it compares.
  const close = (): void => closeBooks(gateway, call, factsOf(call, totalMs));
  void audit.then(close, close);
}

function closeBooks(gateway: Gateway, call: OpenCall, facts: CallFacts): void {
  closePurse(call, facts.costPico - settledPicoOf(call));
  noteSpend(gateway, call, facts);
  countMeaning(gateway, call);
  gateway.recorder.record({ facts, bodies: bodiesOf(call) });
  offerCopy(gateway, call, { facts, answerOf: () => wholeBodies(call).answer });
}

function factsOf(call: OpenCall, totalMs: number): CallFacts {
  const promptCache = promptCacheFactOf(call);
  const { key, request, aim, placement, ending, attempts } = call;
  const last = attempts.at(-1) ?? null;
  const user = request === null ? null : userOf(request.body);
  return {
    id: call.id,
    at: call.at,
    keyId: key?.id ?? null,
    dialect: call.arrival.dialect.name,
    requestedModel: request?.model.slice(0, 200) ?? "",
    endpoint: aim?.type === "endpoint" ? aim.route.channel.endpoint : null,
    environment: call.settings.environment,
    session: placement?.session ?? null,
    ...(user !== null && user !== "" && { user: user.slice(0, MOST_USER_CHARACTERS) }),
    epoch: aim?.type === "endpoint" ? aim.route.epoch : null,
    rolloutId: placement?.evidenceOf ?? null,
    releaseId: placement?.release.id ?? null,
    release: placement === null ? null : releaseName(placement.release),
    arm: placement?.arm ?? null,
    ...(placement?.reason !== undefined && { placement: placement.reason }),
    tier: tierOf(call),
    provider: last?.provider ?? null,
    model: last?.model || null,
    stream: request?.stream ?? false,
    status: call.status ?? CLIENT_LEFT,
    outcome: ending?.outcome ?? "failed",
    errorCode: ending?.error?.code ?? null,
    ...(call.refusedBy !== undefined && ending?.outcome === "failed" && { refusedBy: call.refusedBy }),
    ...(hasLeftWaiting(call) && { leftWaiting: true as const }),
    finishReason: call.finishReason,
    stages: call.stages,
    attempts,
    firstTokenMs: call.firstTokenMs,
    totalMs,
    usage: last?.usage ?? null,
    ...(last?.units !== undefined && { units: last.units }),
    costPico: attempts.reduce((sum, attempt) => sum + attempt.costPico, besidePico(call) + settledPicoOf(call)),
    priceVersion: attempts.length === 0 ? null : call.settings.priceVersion,
    ...(call.cache != null && { cache: cacheFactOf(call.cache) }),
    ...(call.context !== undefined && { context: call.context.fact }),
    ...(promptCache !== null && { promptCache }),
    ...(call.findings.length > 0 && { findings: call.findings }),
    ...(call.routing != null && { routing: routingFactOf(call.routing, call.servedBy) }),
    overrides: call.rendered?.overrides ?? [],
    retainBodiesDays: keepsBodies(call) ? retainDays(call) : 0,
    ...(call.arrival.trace != null && { traceId: call.arrival.trace.traceId, parentSpan: call.arrival.trace.parent }),
  };
}

/** Days for which the bytes of a call without a release are kept. */
const DIRECT_RETAIN_DAYS = 14;

const retainDays = (call: OpenCall): number =>
  call.placement?.release.content.policies.retainBodiesDays ?? DIRECT_RETAIN_DAYS;

/** Nothing is kept of a request that nobody authenticated, nor where the release says so. */
const keepsBodies = (call: OpenCall): boolean =>
  call.key !== null && call.placement?.release.content.policies.record !== "facts";

function bodiesOf(call: OpenCall): CallBodies {
  if (!keepsBodies(call)) return { request: null, upstream: null, answer: null };
  const most = call.arrival.dialect.recordBytes;
  if (most === undefined) return wholeBodies(call);
  const { request, upstream, answer } = wholeBodies(call);
  const kept = (bytes: Uint8Array | null): Uint8Array | null => (bytes !== null && bytes.length <= most ? bytes : null);
  return { request: kept(request), upstream: kept(upstream), answer: kept(answer) };
}

const wholeBodies = (call: OpenCall): CallBodies => ({
  // The edge has copied it out of its connection's buffer already.
  request: call.arrival.bytes,
  upstream: call.upstreamBody,
  answer: call.answer.length === 0 ? null : joined(call.answer),
});

const joined = (chunks: readonly Buffer[]): Buffer => {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? detached(only) : Buffer.concat(chunks);
};

/** A view of a few bytes would keep the whole network buffer of 64 KiB alive while the record waits. */
const detached = (bytes: Buffer): Buffer =>
  bytes.buffer.byteLength > 2 * bytes.length + 1024 ? Buffer.from(bytes) : bytes;
