import { parseExactJson } from "../../../../kit/exact-json.ts";
import type { Faults } from "../../event-stream.ts";
import { objectIn } from "../../held-document.ts";
import { errorWords } from "./error-words.ts";

/** A message of the API as parsed; its `content` is an array. */
export type MessageBody = Readonly<Record<string, unknown>>;

/** The message that a document is; `null` when it is none, which is a fault then: that which it tells, or that it is none. */
export function messageIn(bytes: Buffer, faults: Faults): MessageBody | null {
  const body = objectIn(bytes, faults, (document) => parseExactJson(document.toString()));
  if (body === null) return null;
  if (body["type"] === "error" || body["error"] != null) faults.fail("provider_error", errorWords(body["error"]));
  else if (!Array.isArray(body["content"])) faults.fail("provider_bad_answer", "it has no content");
  return faults.fault === null ? body : null;
}
