import type { OwnPart, PrefixEnd, PrefixMark } from "../../../../domain/prompt-cache/prefix-outline.ts";
import { MOST_TURNS } from "../../../../domain/prompt-cache/prefix-outline.ts";
import { PrefixReader } from "../../../../domain/prompt-cache/prefix-reader.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import { jsonElements } from "../../../../kit/json-elements.ts";
import { scanJsonObject } from "../../../../kit/json-scan.ts";
import { spliceJson } from "../../../../kit/json-splice.ts";
import type { ByteEdit, ByteSpan, MemberSpan, WirePrefix } from "../../../../ports/dialect.ts";
import { insert } from "../../body-edits.ts";
import { isRecord } from "../../is-record.ts";

/**
 * The beginnings of a body as the API reads it: tools, system, messages. A mark is put after the last member of a
 * block, or makes a block of a plain text; every byte that was there stays, in its order.
 */
export function wirePrefix(bytes: Buffer, own: OwnPart): WirePrefix {
  const { members } = scanJsonObject(bytes);
  const body = JSON.parse(bytes.toString()) as JsonObject;
  const spans = spansOf(bytes, members);
  const tools = recordsIn(body["tools"]);
  const messages = recordsIn(body["messages"]);
  const outline = {
    ends: endsOf({ bytes, body, members, spans, own }),
    hasMarks:
      body["cache_control"] !== undefined ||
      [...tools, ...blocksIn(body["system"])].some(isMarked) ||
      messages.some(hasMark),
    isText: messages.every((message) => blocksIn(message["content"]).every((block) => dataBytes(block) === 0)),
  };
  return {
    outline,
    mark: (marks) =>
      spliceJson(
        bytes,
        marks.flatMap((mark) => editsOf(bytes, spans, mark)),
      ),
  };
}

/** Where what can be marked stands; a text that is no array is `text`. */
interface Spans {
  readonly tools: readonly ByteSpan[];
  readonly system: readonly ByteSpan[] | null;
  readonly systemText: ByteSpan | null;
  readonly messages: readonly ByteSpan[];
}

interface Read {
  readonly bytes: Buffer;
  readonly body: JsonObject;
  readonly members: ReadonlyMap<string, MemberSpan>;
  readonly spans: Spans;
  readonly own: OwnPart;
}

function spansOf(bytes: Buffer, members: ReadonlyMap<string, MemberSpan>): Spans {
  const spanOf = (name: string, opening: string): ByteSpan | null => {
    const span = members.get(name)?.value;
    return span !== undefined && bytes[span.start] === opening.charCodeAt(0) ? span : null;
  };
  const elements = (name: string): readonly ByteSpan[] | null => {
    const span = spanOf(name, "[");
    return span === null ? null : jsonElements(bytes, span);
  };
  return {
    tools: elements("tools") ?? [],
    system: elements("system"),
    systemText: spanOf("system", '"'),
    messages: elements("messages") ?? [],
  };
}

function endsOf(read: Read): readonly PrefixEnd[] {
  const reader = new PrefixReader();
  readFixed(reader, read);
  // The API forgets the messages, and only these, when one of these changes.
  for (const name of ["tool_choice", "thinking"]) {
    const span = read.members.get(name)?.value;
    if (span !== undefined) reader.note(read.bytes.subarray(span.start, span.end));
  }
  readMessages(reader, read);
  return reader.ends;
}

function readFixed(reader: PrefixReader, { bytes, body, spans, own }: Read): void {
  for (const span of spans.tools) reader.read(bytes.subarray(span.start, span.end));
  const lastTool = Array.isArray(body["tools"]) ? (body["tools"] as readonly Json[]).at(-1) : undefined;
  const isMarkableTool = isUnsaid(lastTool) && lastTool["defer_loading"] !== true;
  if (spans.tools.length > 0) reader.end({ layer: "tools", index: 0, markable: isMarkableTool });
  const system = spans.system ?? (spans.systemText === null ? [] : [spans.systemText]);
  for (const [index, span] of system.entries()) {
    reader.read(bytes.subarray(span.start, span.end));
    const layer = index === own.system - 1 ? "release" : "system";
    if (layer === "system" && index < system.length - 1) continue;
    const text = spans.system === null ? body["system"] : (body["system"] as readonly Json[]).slice(0, index + 1);
    reader.end({ layer, index, markable: isMarkable(text) });
  }
}

function readMessages(reader: PrefixReader, { bytes, body, spans, own }: Read): void {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as readonly Json[]) : [];
  for (const [index, span] of spans.messages.entries()) {
    const message = messages[index];
    const content = isRecord(message) ? (message["content"] as Json) : null;
    const blocks = blocksIn(content);
    const data = blocks.reduce((sum, block) => sum + dataBytes(block), 0);
    reader.read(bytes.subarray(span.start, span.end), { data, blocks: Math.max(1, blocks.length) });
    const isOwnEnd = index === own.messages - 1;
    if (!isOwnEnd && (index < own.messages || index < messages.length - MOST_TURNS)) continue;
    const isOpen = isRecord(message) && message["role"] === "assistant" && index === messages.length - 1;
    reader.end({ layer: isOwnEnd ? "own" : "turn", index, markable: !isOpen && isMarkable(content) });
  }
}

/** Blocks that take a mark, by the API's reference. */
const MARKABLE: ReadonlySet<unknown> = new Set([
  "text",
  "image",
  "document",
  "tool_use",
  "tool_result",
  "search_result",
]);

/** A text, or blocks whose last one takes a mark; the API refuses marks on texts without words. */
function isMarkable(content: Json | undefined): boolean {
  if (typeof content === "string") return content !== "";
  const last = Array.isArray(content) ? (content as readonly Json[]).at(-1) : undefined;
  return isUnsaid(last) && MARKABLE.has(last["type"]) && !(last["type"] === "text" && last["text"] === "");
}

/** An object with members, none of which speaks of marks: a mark beside `"cache_control": null` would be of the same name. */
const isUnsaid = (one: Json | undefined): one is JsonObject =>
  isRecord(one) && one["cache_control"] === undefined && Object.keys(one).length > 0;

const recordsIn = (list: Json | undefined): readonly JsonObject[] =>
  Array.isArray(list) ? (list as readonly Json[]).filter((one): one is JsonObject => isRecord(one)) : [];

const blocksIn = (content: Json | undefined): readonly JsonObject[] => recordsIn(content);

const isMarked = (block: JsonObject): boolean => block["cache_control"] != null;

/** Marks may also stand within the result of a tool. */
const hasMark = (message: JsonObject): boolean =>
  blocksIn(message["content"]).some((block) => isMarked(block) || blocksIn(block["content"]).some(isMarked));

/** Bytes of a block that are no text: of an image or a document. */
function dataBytes(block: JsonObject): number {
  const { source } = block;
  const own =
    isRecord(source) && source["type"] === "base64" && typeof source["data"] === "string" ? source["data"].length : 0;
  return blocksIn(block["content"]).reduce((sum, inner) => sum + dataBytes(inner), own);
}

function editsOf(bytes: Buffer, spans: Spans, { end, ttl }: PrefixMark): readonly ByteEdit[] {
  const control = `,"cache_control":${ttl === "5m" ? '{"type":"ephemeral"}' : '{"type":"ephemeral","ttl":"1h"}'}`;
  const inBlock = (block: ByteSpan | undefined): readonly ByteEdit[] =>
    block === undefined ? [] : [insert(block.end - 1, control)];
  const aroundText = (text: ByteSpan): readonly ByteEdit[] => [
    insert(text.start, '[{"type":"text","text":'),
    insert(text.end, `${control}}]`),
  ];
  if (end.layer === "tools") return inBlock(spans.tools.at(-1));
  if (end.layer === "system" || end.layer === "release")
    return spans.systemText === null ? inBlock(spans.system?.[end.index]) : aroundText(spans.systemText);
  const message = spans.messages[end.index];
  const content = message === undefined ? null : contentSpan(bytes, message);
  if (content === null) return [];
  return bytes[content.start] === 0x22 ? aroundText(content) : inBlock(jsonElements(bytes, content).at(-1));
}

/** Where the content of a message stands. */
function contentSpan(bytes: Buffer, message: ByteSpan): ByteSpan | null {
  const { members } = scanJsonObject(bytes.subarray(message.start, message.end));
  const value = members.get("content")?.value;
  return value === undefined ? null : { start: message.start + value.start, end: message.start + value.end };
}
