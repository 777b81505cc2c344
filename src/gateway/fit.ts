import type { OutlineMessage, RequestOutline } from "../domain/call/outline.ts";
import type { ContextFact, ContextPolicy } from "../domain/context/context-policy.ts";
import { cutTurns } from "../domain/context/cut-turns.ts";
import type { Cut } from "../domain/context/cut-turns.ts";
import { mostImageTokens } from "../domain/context/image-tokens.ts";
import { summaryMessage, summaryRoom } from "../domain/context/summary-request.ts";
import { RollwardError } from "../domain/errors.ts";
import { isSameTarget, targetsOf } from "../domain/release/fault-policy.ts";
import { jsonElements } from "../kit/json-elements.ts";
import type { ByteEdit } from "../ports/dialect.ts";
import type { TokenCounter } from "../ports/token-counter.ts";
import type { AsideReply } from "./attempt/ask-aside.ts";
import { cutEdits } from "./context/cut-edits.ts";
import type { OpenContext } from "./context/open-context.ts";
import { isTextOnly, learnFromRefusal, learntFactor } from "./context/learn-tokens.ts";
import { reservedTokens } from "./context/reserved-tokens.ts";
import { summarise } from "./context/summarise.ts";
import type { Summing } from "./context/summarise.ts";
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
  readonly counter: TokenCounter;
  readonly factor: number;
}

/** Makes the conversation fit the context window as the release says, or refuses it before anybody is asked. */
export async function fit(gateway: Gateway, call: OpenCall): Promise<void> {
  const policy = policyOf(call);
  const outline = call.arrival.dialect.outline?.(present(call.request).body);
  if (policy === undefined || outline === undefined || surelyFits(call, policy, outline)) return;
  const counter = await gateway.tokens.of(policy.tokenizer);
  const load = await loadOf(call, policy, {
    outline,
    clock: gateway.clock,
    counter,
    factor: learntFactor(gateway, call),
    perImage: perImageOf(call),
  });
  if (load.tokens + load.reserved <= policy.windowTokens) return note(call, load, { done: { done: "fits" } });
  if (policy.overflow === "larger-model") return moveToLarger(call, load);
  if (policy.overflow === "refuse") return refuse(call, load);
  await cutDown(gateway, call, load);
}

/** The most tokens of an image in any of the release's models. */
const perImageOf = (call: OpenCall): number =>
  Math.max(0, ...present(call.placement).release.content.models.map(({ model }) => mostImageTokens(model)));

/** No tokenizer makes more tokens than there are bytes: most conversations need no counting. */
function surelyFits(call: OpenCall, policy: ContextPolicy, outline: RequestOutline): boolean {
  const images = outline.messages.reduce((sum, message) => sum + message.images, 0);
  const bytes = present(call.request).bytes.length + Buffer.byteLength(present(call.rendered).own());
  return bytes + images * perImageOf(call) + reservedTokens(call, policy, outline) <= policy.windowTokens;
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
  const load = await loadOf(call, policy, {
    outline,
    clock: gateway.clock,
    counter,
    factor,
    perImage: perImageOf(call),
  });
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

async function loadOf(call: OpenCall, policy: ContextPolicy, scales: Scales): Promise<Load> {
  const { outline, factor, counter } = scales;
  const reserved = reservedTokens(call, policy, outline);
  return { policy, outline, ...(await weigh(call, scales)), reserved, counter, factor, isEstimate: !counter.isExact };
}

/** What was done beside the counts. */
type Done = Pick<ContextFact, "done"> &
  Partial<Pick<ContextFact, "cutMessages" | "cutTokens" | "cutFrom" | "cutTo" | "summaryPico" | "trouble">>;

/** The same, and what the gateway does with it. */
interface Fitted extends Partial<Omit<OpenContext, "fact">> {
  readonly done: Done;
}

function note(call: OpenCall, load: Load, { done, ...rest }: Fitted): void {
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

const CUT_ALREADY = "; the release cuts long conversations, and what it always keeps is too long alone";

/** What else helps; never what the release does already. */
const ADVICE: Readonly<Record<ContextPolicy["overflow"], string>> = {
  refuse: ", or let the release cut or sum up long conversations with `context.overflow`",
  truncate: CUT_ALREADY,
  summarise: CUT_ALREADY,
  "larger-model": ", or name a larger model in `context.larger` of the endpoint",
};

function refuse(call: OpenCall, load: Load, trouble?: string): never {
  note(call, load, { done: { done: "refused", ...(trouble !== undefined && { trouble }) } });
  throw new RollwardError("context_length_exceeded", {
    tokens: `${load.isEstimate ? "about " : ""}${load.tokens}`,
    reserved: load.reserved,
    window: load.policy.windowTokens,
    param: load.outline.member ?? "input",
    advice: ADVICE[load.policy.overflow],
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
  note(call, load, { done: { done: "larger-model" }, roomy });
}

async function cutDown(gateway: Gateway, call: OpenCall, load: Load): Promise<void> {
  const { policy, weighed, outline } = load;
  const summarises = policy.overflow === "summarise" && policy.summariser !== null;
  const [room, cut] = widestCut(load, summarises);
  if (cut === null || outline.member === null) return refuse(call, load, "what always stays is too long alone");
  const gone = cut.positions.flatMap((position): readonly OutlineMessage[] => {
    const each = weighed[position];
    return each === undefined ? [] : [each.message];
  });
  const summed = summarises
    ? await summaryThatFits(gateway, call, { load, room, target: policy.summariser, gone })
    : null;
  const edits = editsFor(call, outline.member, { cut, summary: summed?.text ?? null });
  note(call, load, { done: { ...factOf(cut), ...summaryFact(summed) }, edits, summaryPico: summed?.costPico ?? 0n });
}

const factOf = ({ positions, tokens }: Cut): Omit<Done, "done"> => {
  const [cutFrom] = positions;
  const cutTo = positions.at(-1);
  const places = cutFrom === undefined || cutTo === undefined ? {} : { cutFrom, cutTo };
  return { cutMessages: positions.length, cutTokens: tokens, ...places };
};

function summaryFact(summed: AsideReply | null): Done {
  if (summed === null) return { done: "truncated" };
  const summaryPico = summed.costPico.toString();
  if (summed.text !== null) return { done: "summarised", summaryPico };
  return { done: "truncated", summaryPico, trouble: `no summary: ${summed.trouble ?? "it is empty"}` };
}

/** Fewer tokens than this are no room for a summary. */
const LEAST_SUMMARY = 50;

/** A cut with the most room for a summary that what always stays leaves, and that room, tokens. */
function widestCut(load: Load, summarises: boolean): readonly [room: number, cut: Cut | null] {
  const { policy, reserved, beside } = load;
  const full = summaryRoom(policy.windowTokens);
  const quarter = Math.floor((policy.windowTokens - reserved - beside) / 4);
  const rooms = summarises ? [full, Math.min(full, quarter)].filter((room) => room >= LEAST_SUMMARY) : [];
  for (const room of rooms) {
    const cut = cutFor(load, room);
    if (cut !== null) return [room, cut];
  }
  return [0, cutFor(load, 0)];
}

/** A summary that has the room which was kept for it. */
async function summaryThatFits(
  gateway: Gateway,
  call: OpenCall,
  { load, ...summing }: Summing & { readonly load: Load },
): Promise<AsideReply> {
  const { room } = summing;
  if (room === 0) return { text: null, trouble: "what always stays leaves no room for it", costPico: 0n };
  const summed = await summarise(gateway, call, summing);
  const isTooLong = summed.text !== null && load.counter.count(summed.text) * load.factor > room;
  return isTooLong ? { ...summed, text: null, trouble: "it is too long" } : summed;
}

function editsFor(
  call: OpenCall,
  member: string,
  { cut, summary }: { readonly cut: Cut; readonly summary: string | null },
): readonly ByteEdit[] {
  const request = present(call.request);
  const array = request.members.get(member)?.value;
  if (array === undefined) throw new Error("An outline names a member that the request has.");
  const elements = jsonElements(request.bytes, array);
  return cutEdits(elements, cut.positions, summary === null ? null : summaryMessage(summary));
}

const cutFor = ({ policy, weighed, beside, reserved }: Load, more: number): Cut | null => {
  const tokens = policy.windowTokens - reserved - beside - more;
  const { keepFirst, keepLast = 1 } = policy;
  return cutTurns(weighed, { tokens, keepFirst, keepLast });
};
