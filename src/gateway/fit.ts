import type { OutlineMessage, RequestOutline } from "../domain/call/outline.ts";
import type { ContextFact, ContextPolicy } from "../domain/context/context-policy.ts";
import { PER_IMAGE } from "../domain/context/count-outline.ts";
import { cutTurns } from "../domain/context/cut-turns.ts";
import type { Cut } from "../domain/context/cut-turns.ts";
import { summaryMessage, SUMMARY_TOKENS } from "../domain/context/summary-request.ts";
import { RollwardError } from "../domain/errors.ts";
import { isSameTarget, targetsOf } from "../domain/release/fault-policy.ts";
import { jsonElements } from "../kit/json-elements.ts";
import { cutEdits } from "./context/cut-edits.ts";
import { isTextOnly, learnFromRefusal, learntFactor } from "./context/learn-tokens.ts";
import { reservedTokens } from "./context/reserved-tokens.ts";
import { summarise } from "./context/summarise.ts";
import { weigh } from "./context/weigh.ts";
import type { Scales, Weights } from "./context/weigh.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";

/** Whether the release says what becomes of conversations that are too long. */
export const isFitted = (call: OpenCall): boolean => policyOf(call) !== undefined;

const policyOf = (call: OpenCall): ContextPolicy | undefined => call.placement?.release.content.policies.context;

/** A conversation on the scales. */
interface Load extends Weights {
  readonly policy: ContextPolicy;
  readonly outline: RequestOutline;
  readonly reserved: number;
  readonly isEstimate: boolean;
  readonly factor: number;
}

/** Makes the conversation fit the context window as the release says, or refuses it before anybody is asked. */
export async function fit(gateway: Gateway, call: OpenCall): Promise<void> {
  const policy = policyOf(call);
  const outline = call.arrival.dialect.outline?.(present(call.request).body);
  if (policy === undefined || outline === undefined || surelyFits(call, policy, outline)) return;
  const counter = await gateway.tokens.of(policy.tokenizer);
  const load = loadOf(call, policy, { outline, counter, factor: learntFactor(gateway, call) });
  if (load.tokens + load.reserved <= policy.windowTokens) return note(call, load, { done: "fits" });
  if (policy.overflow === "larger-model") return moveToLarger(call, load);
  if (policy.overflow === "refuse") return refuse(call, load);
  await cutDown(gateway, call, load);
}

/** No tokenizer makes more tokens than there are bytes: most conversations need no counting. */
function surelyFits(call: OpenCall, policy: ContextPolicy, outline: RequestOutline): boolean {
  const images = outline.messages.reduce((sum, message) => sum + message.images, 0);
  const bytes = present(call.request).bytes.length + Buffer.byteLength(present(call.rendered).own());
  return bytes + images * PER_IMAGE + reservedTokens(call, policy, outline) <= policy.windowTokens;
}

/**
 * After a provider found a conversation too long that was taken to fit: cuts it once more, to three quarters of what
 * was sent. Answers whether it is smaller now; the same target may then be asked again.
 */
export async function fitTighter(gateway: Gateway, call: OpenCall, { code }: RollwardError): Promise<boolean> {
  const policy = policyOf(call);
  const outline = call.arrival.dialect.outline?.(present(call.request).body);
  const cuts = policy?.overflow === "truncate" || policy?.overflow === "summarise";
  if (code !== "provider_context_overflow" || outline === undefined || policy === undefined || !cuts) return false;
  if (call.context?.isTightened === true) return false;
  learnFromRefusal(gateway, call, policy);
  const factor = call.context?.factor ?? learntFactor(gateway, call);
  const counter = await gateway.tokens.of(policy.tokenizer);
  const load = loadOf(call, policy, { outline, counter, factor });
  const sent = load.tokens - (call.context?.fact.cutTokens ?? 0);
  const windowTokens = Math.floor(sent * TIGHTER) + load.reserved;
  const before = call.context;
  try {
    await cutDown(gateway, call, { ...load, policy: { ...policy, windowTokens } });
  } catch {
    if (before !== undefined) call.context = before;
    return false;
  }
  const after = call.context;
  if (after === undefined || after.fact.cutTokens <= (before?.fact.cutTokens ?? 0)) return false;
  const summaryPico = after.summaryPico + (before?.summaryPico ?? 0n);
  const spent = after.fact.summaryPico === undefined ? {} : { summaryPico: summaryPico.toString() };
  const trouble = "the provider counted more tokens than were expected";
  const fact = { ...after.fact, ...spent, windowTokens: policy.windowTokens, trouble };
  call.context = { ...after, fact, summaryPico, isTightened: true };
  return true;
}

/** Share of what a provider found too long that is sent the second time. */
const TIGHTER = 0.75;

function loadOf(call: OpenCall, policy: ContextPolicy, scales: Scales): Load {
  const { outline, factor, counter } = scales;
  const reserved = reservedTokens(call, policy, outline);
  return { policy, outline, ...weigh(call, scales), reserved, factor, isEstimate: !counter.isExact };
}

/** What was done beside the counts. */
type Done = Pick<ContextFact, "done"> &
  Partial<Pick<ContextFact, "cutMessages" | "cutTokens" | "summaryPico" | "trouble">>;

function note(call: OpenCall, load: Load, done: Done, rest: Partial<OpenCall["context"]> = {}): void {
  const { policy, tokens, isEstimate, reserved, factor, outline } = load;
  const counts = { tokens, isEstimate, windowTokens: policy.windowTokens, reservedTokens: reserved };
  call.context = {
    edits: [],
    roomy: null,
    summaryPico: 0n,
    ...(isTextOnly(outline) && { factor }),
    ...rest,
    fact: { ...counts, cutMessages: 0, cutTokens: 0, ...done },
  };
}

function refuse(call: OpenCall, load: Load, trouble?: string): never {
  note(call, load, { done: "refused", ...(trouble !== undefined && { trouble }) });
  throw new RollwardError("context_length_exceeded", {
    tokens: `${load.isEstimate ? "about " : ""}${load.tokens}`,
    reserved: load.reserved,
    window: load.policy.windowTokens,
    param: load.outline.member ?? "input",
  });
}

function moveToLarger(call: OpenCall, load: Load): void {
  const needed = load.tokens + load.reserved;
  if (load.policy.larger.every(({ windowTokens }) => windowTokens < needed)) {
    return refuse(call, load, "no larger model takes it");
  }
  const targets = targetsOf(present(call.placement).release.content);
  const roomy = load.policy.larger
    .filter(({ windowTokens }) => windowTokens >= needed)
    .map((one) => targets.findIndex((target) => isSameTarget(target, one.target)));
  note(call, load, { done: "larger-model" }, { roomy });
}

async function cutDown(gateway: Gateway, call: OpenCall, load: Load): Promise<void> {
  const { policy, weighed, outline } = load;
  const summarises = policy.overflow === "summarise" && policy.summariser !== null;
  const cut = cutFor(load, summarises ? SUMMARY_TOKENS : 0);
  if (cut === null || outline.member === null) return refuse(call, load, "its last turn alone is too long");
  const gone = cut.positions.flatMap((position): readonly OutlineMessage[] => {
    const each = weighed[position];
    return each === undefined ? [] : [each.message];
  });
  const summed = summarises ? await summarise(gateway, call, { target: policy.summariser, gone }) : null;
  const summary = summed?.text ?? null;
  const request = present(call.request);
  const array = request.members.get(outline.member)?.value;
  if (array === undefined) throw new Error("An outline names a member that the request has.");
  const elements = jsonElements(request.bytes, array);
  const edits = cutEdits(elements, cut.positions, summary === null ? null : summaryMessage(summary));
  const done = summary === null ? "truncated" : "summarised";
  const counts = { cutMessages: cut.positions.length, cutTokens: cut.tokens };
  const cost = summed === null ? {} : { summaryPico: summed.costPico.toString() };
  const trouble = summed?.trouble == null ? {} : { trouble: `no summary: ${summed.trouble}` };
  note(call, load, { done, ...counts, ...cost, ...trouble }, { edits, summaryPico: summed?.costPico ?? 0n });
}

const cutFor = ({ policy, weighed, beside, reserved }: Load, more: number): Cut | null => {
  const tokens = policy.windowTokens - reserved - beside - more;
  return cutTurns(weighed, { tokens, keepFirst: policy.keepFirst });
};
