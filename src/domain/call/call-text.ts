import type { CallBodies } from "./call-record.ts";

/** What was asked and answered in a call, in plain text, and what it can be found by beside its words. */
export interface CallText {
  /** All that the user said, what was said last first; bounded. */
  readonly asked: string;
  /** The newest message alone: what the call was about. The beginning of `asked`. */
  readonly newest: string;
  /** What the model said. */
  readonly answered: string;
  /** The message of an error in the answer, which no model said; empty without one. */
  readonly fault: string;
  /** Names of the tools that the answer calls. */
  readonly tools: readonly string[];
  /** The request's metadata. */
  readonly tags: readonly (readonly [string, string])[];
}

/** Characters kept of what was asked, and as many of what was answered. */
export const MOST_CHARACTERS = 4_000;
const MOST_TAGS = 16;
const MOST_TOOLS = 16;
const MOST_TAG_CHARACTERS = 120;
/** Bytes of a body that are looked into; a longer one has no extract of that side. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Values visited in one body: what is deeper or wider than any request of a person is not searched. */
const MOST_VISITS = 20_000;
/** How deep: who nests without end must not end the stack of who looks. */
const MOST_DEPTH = 64;

const UTF8 = new TextDecoder();

type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reads the text of a call from its bytes, in whatever dialect they are; what cannot be read is empty. `most` characters of each side. */
export function textOfCall(
  { request, answer }: Pick<CallBodies, "request" | "answer">,
  most = MOST_CHARACTERS,
): CallText {
  const asked = request === null ? null : readJson(decode(request));
  const said: Said = { gathered: new Gathered(most), fault: new Gathered(most), tools: new Set() };
  if (answer !== null) readAnswer(decode(answer), said);
  return {
    ...(asked === null ? { asked: "", newest: "" } : readAsked(asked, new Gathered(most))),
    answered: said.gathered.text,
    fault: said.fault.text,
    tools: [...said.tools],
    tags: asked === null ? [] : tagsOf(asked),
  };
}

const decode = (bytes: Uint8Array): string => (bytes.length > MOST_BYTES ? "" : UTF8.decode(bytes));

function readJson(text: string): Members | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMembers(value) ? value : null;
  } catch {
    return null;
  }
}

/** Gathers text up to a bound. */
class Gathered {
  readonly #most: number;
  #text = "";
  #visits = MOST_VISITS;

  constructor(most: number) {
    this.#most = most;
  }

  get text(): string {
    return this.#text;
  }

  get isFull(): boolean {
    return this.#text.length >= this.#most || this.#visits <= 0;
  }

  add(text: string): void {
    if (text !== "") this.#text += text.slice(0, this.#most - this.#text.length);
  }

  /** All text in a content: a string, a list of parts, or a part with `text`, `content` or `refusal`. */
  addContent(value: unknown, depth = 0): void {
    this.#visits -= 1;
    if (this.isFull || depth > MOST_DEPTH) return;
    if (typeof value === "string") {
      this.add(this.#text === "" ? value : `\n${value}`);
    } else if (Array.isArray(value)) {
      for (const part of value) this.addContent(part, depth + 1);
    } else if (isMembers(value)) {
      this.addContent(value["text"] ?? value["content"] ?? value["output"] ?? value["refusal"] ?? null, depth + 1);
    }
  }
}

/** The newest message first: that is what a call was about; what came before it was said in earlier calls. */
function readAsked(body: Members, gathered: Gathered): Pick<CallText, "asked" | "newest"> {
  let newest: string | null = null;
  const list = [body["messages"], body["input"]].find(Array.isArray) as readonly unknown[] | undefined;
  for (const message of (list ?? []).toReversed()) {
    if (gathered.isFull) break;
    const role = isMembers(message) ? message["role"] : null;
    if (role !== "system" && role !== "developer" && role !== "assistant") gathered.addContent(message);
    // Plain strings beside one another are one question in several parts, as of embeddings.
    if (isMembers(message) && gathered.text !== "") newest ??= gathered.text;
  }
  if (typeof body["input"] === "string") gathered.addContent(body["input"]);
  gathered.addContent(body["prompt"]);
  return { asked: gathered.text, newest: newest ?? gathered.text };
}

function tagsOf({ metadata }: Members): (readonly [string, string])[] {
  if (!isMembers(metadata)) return [];
  return Object.entries(metadata)
    .slice(0, MOST_TAGS)
    .filter((tag): tag is [string, string | number | boolean] => /^(?:string|number|boolean)$/.test(typeof tag[1]))
    .map(([name, value]) => [name.slice(0, MOST_TAG_CHARACTERS), String(value).slice(0, MOST_TAG_CHARACTERS)]);
}

/** What an answer says, as far as it has been read. */
interface Said {
  readonly gathered: Gathered;
  readonly fault: Gathered;
  readonly tools: Set<string>;
}

/** One document, or the events of a stream. */
function readAnswer(text: string, said: Said): void {
  const whole = text.startsWith("{") ? readJson(text) : null;
  if (whole !== null) return readDocument(whole, said);
  for (let at = 0; at < text.length && !said.gathered.isFull;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
    if (!line.startsWith("data:")) continue;
    const event = readJson(line.slice("data:".length));
    if (event !== null) readEvent(event, said);
  }
}

/** `choices` of chat and completions, `content` of messages, `output` of responses; an error says what went wrong. */
function readDocument(body: Members, { gathered, fault, tools }: Said): void {
  for (const choice of listOf(body["choices"])) {
    const message = isMembers(choice["message"]) ? choice["message"] : {};
    gathered.addContent(message["content"] ?? choice["text"] ?? null);
    gathered.addContent(message["refusal"]);
    for (const call of listOf(message["tool_calls"]))
      noteTool(isMembers(call["function"]) ? call["function"] : {}, tools);
  }
  for (const part of [...listOf(body["content"]), ...listOf(body["output"])]) {
    if (part["type"] === "tool_use" || part["type"] === "function_call") noteTool(part, tools);
    else if (part["type"] !== "reasoning" && part["type"] !== "thinking") gathered.addContent(part);
  }
  if (isMembers(body["error"])) fault.addContent(body["error"]["message"]);
}

function readEvent(event: Members, { gathered, fault, tools }: Said): void {
  for (const choice of listOf(event["choices"])) {
    const delta = isMembers(choice["delta"]) ? choice["delta"] : choice;
    if (typeof delta["content"] === "string") gathered.add(delta["content"]);
    else if (typeof delta["text"] === "string") gathered.add(delta["text"]);
    if (typeof delta["refusal"] === "string") gathered.add(delta["refusal"]);
    for (const call of listOf(delta["tool_calls"]))
      noteTool(isMembers(call["function"]) ? call["function"] : {}, tools);
  }
  const { type, delta } = event;
  if (type === "content_block_delta" && isMembers(delta) && typeof delta["text"] === "string")
    gathered.add(delta["text"]);
  if (type === "response.output_text.delta" && typeof delta === "string") gathered.add(delta);
  const block = event["content_block"] ?? event["item"];
  if (isMembers(block) && (block["type"] === "tool_use" || block["type"] === "function_call")) noteTool(block, tools);
  if (isMembers(event["error"])) fault.addContent(event["error"]["message"]);
}

const listOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? value.filter(isMembers) : []);

function noteTool({ name }: Members, tools: Set<string>): void {
  if (typeof name === "string" && name !== "" && tools.size < MOST_TOOLS) tools.add(name.slice(0, MOST_TAG_CHARACTERS));
}
