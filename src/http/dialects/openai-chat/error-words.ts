import { isRecord } from "../is-record.ts";
import { providerWords } from "../provider-words.ts";

/** What an `error` member inside an answer says, in one plain line for the reason of a fault. */
export function errorWords(error: unknown): string {
  if (typeof error === "string") return providerWords(error);
  if (!isRecord(error)) return providerWords("");
  const kind = [error["code"], error["type"]].find((word) => typeof word === "string" && word !== "");
  const words = [kind, error["message"]].filter((word) => typeof word === "string" && word !== "");
  return providerWords(words.join(", "));
}
