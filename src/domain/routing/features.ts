import type { JsonObject } from "../json.ts";
/** What is read of a conversation; a request's outline has it. */
export interface Conversation {
  readonly messages: readonly {
    readonly role: "system" | "user" | "assistant" | "tool";
    readonly text: string;
    readonly images: number;
  }[];
  readonly tools: readonly unknown[];
  readonly format: "text" | "json" | "json-schema";
}

/** What routing looks at. All of it is in the request; nothing is asked of anybody. */
export interface RequestFeatures {
  /** Of all messages, tool definitions not included. */
  readonly characters: number;
  /** Text of the last message of the user, at most `MAX_TEXT` characters. */
  readonly question: string;
  /** Tools offered. */
  readonly tools: number;
  /** In all messages. */
  readonly images: number;
  /** Messages of the user. */
  readonly turns: number;
  readonly format: Conversation["format"];
  /** Id of the key. */
  readonly keyId: string;
  /** Whom the key belongs to; `null` where nobody said. */
  readonly tenant: string | null;
  /** Texts of the request's `metadata`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Who asks, beside what is asked. */
export interface Asker {
  readonly keyId: string;
  readonly tenant: string | null;
  /** The request's `metadata` as it came. */
  readonly metadata: JsonObject | null;
}

/** Characters of the question that are looked at: enough to tell, and a bound on the work. */
export const MAX_TEXT = 20_000;
const MAX_LABELS = 50;

/** The features of a request. */
export function featuresOf(outline: Conversation, { keyId, tenant, metadata }: Asker): RequestFeatures {
  let characters = 0;
  let images = 0;
  let turns = 0;
  let question = "";
  for (const message of outline.messages) {
    characters += message.text.length;
    images += message.images;
    if (message.role !== "user") continue;
    turns += 1;
    if (message.text !== "") question = message.text;
  }
  question = question.slice(0, MAX_TEXT);
  return {
    characters,
    question,
    tools: outline.tools.length,
    images,
    turns,
    format: outline.format,
    keyId,
    tenant,
    labels: labelsOf(metadata),
  };
}

function labelsOf(metadata: JsonObject | null): Readonly<Record<string, string>> {
  if (metadata === null) return {};
  const labels = Object.entries(metadata).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(labels.slice(0, MAX_LABELS));
}

/** Tokens by the rule of thumb of four characters each. */
export const estimatedTokens = (characters: number): number => Math.ceil(characters / 4);
