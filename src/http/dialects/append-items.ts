import type { Json, JsonObject } from "../../domain/json.ts";
import { spliceJson } from "../../kit/json-splice.ts";
import { scanBody } from "./scan-body.ts";

/** Puts items at the end of an array of a body; every other byte stays as it is. A body without the array is returned as it came. */
export function appendItems(bytes: Buffer, name: string, items: readonly JsonObject[]): Buffer {
  const { body, members } = scanBody(bytes);
  const span = members.get(name)?.value;
  const present = body[name];
  if (span === undefined || !Array.isArray(present)) return bytes;
  const text = items.map((item) => JSON.stringify(item)).join(",");
  const at = span.end - 1;
  const isFirst = (present as readonly Json[]).length === 0;
  return spliceJson(bytes, [{ start: at, end: at, bytes: Buffer.from(isFirst ? text : `,${text}`) }]);
}

/** The items of an array of objects; nothing where there is none. */
export const objectsIn = (list: Json | undefined): readonly JsonObject[] =>
  Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : [];

/** A value as an object; an empty one where it is none. */
export const objectOr = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

/** A value as an object; `null` where it is none. */
export const objectOrNull = (value: Json | undefined): JsonObject | null => (isObject(value) ? value : null);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
