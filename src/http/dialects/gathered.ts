import type { OutlineMessage } from "../../domain/call/outline.ts";
import type { Json, JsonObject } from "../../domain/json.ts";
import { isRecord } from "./is-record.ts";

/** What is gathered of one message. */
export interface Gathered {
  readonly texts: string[];
  images: number;
  attachedBytes: number;
  readonly calls: string[];
  readonly answers: string[];
}

/** Nothing gathered yet. */
export const gathering = (): Gathered => ({ texts: [], images: 0, attachedBytes: 0, calls: [], answers: [] });

/** What was gathered, as a message. */
export const outlined = (role: OutlineMessage["role"], { texts, ...rest }: Gathered): OutlineMessage => ({
  role,
  text: texts.join("\n"),
  ...rest,
});

/** A member that is text; nothing for anything else. */
export const textIn = (part: JsonObject, name: string): string => {
  const value = part[name];
  return typeof value === "string" ? value : "";
};

/** Decoded bytes of base64 text. */
export const decodedBytes = (base64: string): number => Math.ceil((base64.length * 3) / 4);

/** Anything that is there as text: how tools and schemas are counted. */
export const asText = (value: Json | undefined): string => {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** The elements of a list that are objects. */
export const recordsIn = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter((one): one is JsonObject => isRecord(one)) : [];

/** The first of some members that is a number. */
export const numberIn = (body: JsonObject, ...names: readonly string[]): number | null => {
  for (const name of names) {
    const value = body[name];
    if (typeof value === "number") return value;
  }
  return null;
};
