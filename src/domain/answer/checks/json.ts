import { finding } from "../finding.ts";
import { isObject } from "../schema/run.ts";
import { defineCheck } from "./check.ts";
import { parsedText, schemaFindings } from "./parsed.ts";

/**
 * The text is the JSON that the request asked for: an object, or what its schema describes. An answer that calls
 * tools or declines is not looked at, nor a text of more than a million characters.
 */
export const json = defineCheck({
  name: "json",
  find({ text, refusal, toolCalls }, terms) {
    const { format, schema, schemas } = terms;
    const isElse = refusal !== null || (toolCalls.length > 0 && text.trim() === "");
    if (format === "text" || isElse) return [];
    const parsed = parsedText(text);
    if (parsed.type === "unchecked") return [];
    if (parsed.type === "broken") return [finding("invalid-json", "the text is not JSON")];
    if (format === "json") {
      return isObject(parsed.value) ? [] : [finding("invalid-json", "the text is JSON, but not an object")];
    }
    return schemaFindings(parsed.value, schema, { schemas, check: "schema", within: "" });
  },
});
