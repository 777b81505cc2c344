import { insert } from "./body-edits.ts";
import { scanJsonObject } from "../../kit/json-scan.ts";
import { spliceJson } from "../../kit/json-splice.ts";

/** Adds OpenAI's `prompt_cache_key` to a body that has none. */
export function namePrompt(bytes: Buffer, name: string): Buffer {
  const { members, bodyStart } = scanJsonObject(bytes);
  if (members.has("prompt_cache_key")) return bytes;
  // `model` always follows, so the comma is right.
  const member = `"prompt_cache_key":${JSON.stringify(name)},`;
  return spliceJson(bytes, [insert(bodyStart, member)]);
}
