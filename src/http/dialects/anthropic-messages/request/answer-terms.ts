import type { AnswerSummary } from "../../../../domain/answer/answer.ts";
import type { AnswerTerms, OfferedTool } from "../../../../domain/answer/answer-terms.ts";
import type { Json, JsonObject } from "../../../../domain/json.ts";
import type { AskedAgain } from "../../../../ports/dialect.ts";
import { appendItems, objectOr, objectOrNull, objectsIn } from "../../append-items.ts";

/** `output_config.format` and every tool; those that Anthropic defines itself have no schema here. */
export function answerTerms(body: JsonObject): AnswerTerms {
  const format = objectOr(objectOr(body["output_config"])["format"]);
  const schema = format["type"] === "json_schema" ? objectOrNull(format["schema"]) : null;
  return {
    format: schema === null ? "text" : "json-schema",
    schema,
    tools: objectsIn(body["tools"]).flatMap(toolOf),
    hasOtherTools: objectsIn(body["tools"]).some(({ type }) => type !== undefined && type !== "custom"),
  };
}

function toolOf({ name, input_schema }: JsonObject): readonly OfferedTool[] {
  return typeof name === "string" ? [{ name, parameters: objectOrNull(input_schema) }] : [];
}

/**
 * The answer as the assistant's turn; what is wrong with it is what its tools say, else what the user says next. A
 * turn that calls tools must begin with its thinking, which is not kept: such a request only hears the complaint.
 */
export function askAgain(body: Buffer, { answer, complaint }: AskedAgain): Buffer {
  const blocks = answerBlocks(answer);
  const results = answer.toolCalls.map(({ id }) => ({
    type: "tool_result",
    tool_use_id: id,
    content: complaint,
    is_error: true,
  }));
  const again = { role: "user", content: results.length > 0 ? results : complaint };
  const isBare = blocks.length === 0 || (results.length > 0 && thinks(body));
  if (isBare) return appendItems(body, "messages", [{ role: "user", content: complaint }]);
  return appendItems(body, "messages", [{ role: "assistant", content: blocks }, again]);
}

/** An answer as blocks of the conversation that goes on after it. */
export function answerBlocks({ text, refusal, toolCalls }: AnswerSummary): readonly JsonObject[] {
  const said = text || (refusal ?? "");
  return [
    ...(said.trim() === "" ? [] : [{ type: "text", text: said.trimEnd() }]),
    ...toolCalls.map(({ id, name, arguments: given }) => ({ type: "tool_use", id, name, input: inputOf(given) })),
  ];
}

/** Whether the model is asked to think before it answers. */
export const thinks = (body: Buffer): boolean => {
  const { type } = objectOr((JSON.parse(body.toString()) as JsonObject)["thinking"]);
  return type !== undefined && type !== "disabled";
};

/** The API takes nothing but an object. */
function inputOf(given: string): JsonObject {
  try {
    return objectOr(JSON.parse(given) as Json);
  } catch {
    return { invalid_json: given };
  }
}
