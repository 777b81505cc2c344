import { isRecord } from "../../is-record.ts";
import { providerWords } from "../../provider-words.ts";

/** What an `error` inside an answer says (`{type, message}`), in one plain line for the reason of a fault. */
export function errorWords(error: unknown): string {
  const words = isRecord(error) ? [error["type"], error["message"]] : [error];
  return providerWords(words.filter((word) => typeof word === "string" && word !== "").join(", "));
}
