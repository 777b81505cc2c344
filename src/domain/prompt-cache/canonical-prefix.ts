import type { CacheTtl, CanonicalMessage, CanonicalRequest } from "../call/canonical.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { MOST_TURNS } from "./prefix-outline.ts";
import type { OwnPart, PrefixMark, PrefixOutline } from "./prefix-outline.ts";
import { PrefixReader } from "./prefix-reader.ts";

/** What a canonical request is looked at for. */
export interface CanonicalTerms {
  readonly own: OwnPart;
  /** Whether the provider can be told where tools end. */
  readonly marksTools: boolean;
}

/** The beginnings of a canonical request. */
export function canonicalPrefix(request: CanonicalRequest, terms: CanonicalTerms): PrefixOutline {
  const { messages, tools } = request;
  const { own, marksTools } = terms;
  const reader = new PrefixReader();
  const leading = leadingSystem(messages);
  if (tools.length > 0) {
    reader.read(JSON.stringify(tools));
    reader.end({ layer: "tools", index: 0, markable: marksTools });
  }
  for (let index = 0; index < leading; index += 1) {
    reader.read(JSON.stringify(messages[index]));
    const layer = index === own.system - 1 ? "release" : "system";
    if (layer === "release" || index === leading - 1)
      reader.end({ layer, index, markable: isMarkable(messages[index]) });
  }
  reader.note(JSON.stringify([request.toolChoice, request.reasoningEffort, request.reasoningTokens]));
  const lastOwn = leading + own.messages - 1;
  for (const [index, message] of messages.entries()) {
    if (index < leading) continue;
    const blocks = message.role === "system" ? 1 : message.content.length;
    reader.read(JSON.stringify(message, withoutData), { blocks });
    const isOwnEnd = index === lastOwn;
    if (isOwnEnd || (index > lastOwn && index >= messages.length - MOST_TURNS))
      reader.end({ layer: isOwnEnd ? "own" : "turn", index, markable: isMarkable(message) });
  }
  return { ends: reader.ends, hasMarks: hasMarks(request), isText: messages.every(isText) };
}

/** The request with hints where the marks are. */
export function markCanonical(request: CanonicalRequest, marks: readonly PrefixMark[]): CanonicalRequest {
  if (marks.length === 0) return request;
  const messages = [...request.messages];
  let { tools } = request;
  for (const { end, ttl } of marks) {
    const last = tools.at(-1);
    if (end.layer === "tools" && last !== undefined) tools = [...tools.slice(0, -1), { ...last, cache: ttl }];
    const message = messages[end.index];
    if (end.layer !== "tools" && message !== undefined) messages[end.index] = markedMessage(message, ttl);
  }
  return { ...request, messages, tools };
}

function leadingSystem(messages: readonly CanonicalMessage[]): number {
  const first = messages.findIndex(({ role }) => role !== "system");
  return first < 0 ? messages.length : first;
}

function markedMessage(message: CanonicalMessage, cache: CacheTtl): CanonicalMessage {
  if (message.role === "system") return { ...message, cache };
  const { content } = message;
  // The kinds of parts belong to the kinds of messages, which a spread of their union cannot say.
  return {
    ...message,
    content: content.map((part, index) => (index === content.length - 1 ? { ...part, cache } : part)),
  } as CanonicalMessage;
}

/** A mark has a place on what has words, on files and on calls. */
function isMarkable(message: CanonicalMessage | undefined): boolean {
  if (message === undefined) return false;
  if (message.role === "system") return message.text !== "";
  const last = message.content.at(-1);
  if (last === undefined || last.type === "reasoning" || last.type === "refusal" || last.type === "audio-data")
    return false;
  return last.type !== "text" || last.text !== "";
}

const hasMarks = ({ messages, tools }: CanonicalRequest): boolean =>
  tools.some(({ cache }) => cache !== undefined) ||
  messages.some((message) =>
    message.role === "system"
      ? message.cache !== undefined
      : message.content.some((part) => "cache" in part && part.cache !== undefined),
  );

const isText = (message: CanonicalMessage): boolean =>
  message.role === "system" ||
  message.content.every(
    ({ type }) => type === "text" || type === "tool-call" || type === "reasoning" || type === "refusal",
  );

/** Files are long and have few tokens: what stands for them is their length and their digest. */
const withoutData = (key: string, value: unknown): unknown =>
  key === "data" && typeof value === "string" && value.length > LONG_DATA ? sha256Hex(value) : value;

const LONG_DATA = 256;
