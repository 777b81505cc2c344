import type { AnswerSummary } from "../../../domain/answer/answer.ts";
import type { AnswerTerms, OfferedTool } from "../../../domain/answer/answer-terms.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { AskedAgain } from "../../../ports/dialect.ts";
import { appendItems, objectOr, objectOrNull, objectsIn } from "../append-items.ts";

/** `response_format` and the function tools; what has another form is the provider's to judge. */
export function answerTerms(body: JsonObject): AnswerTerms {
  const format = objectOr(body["response_format"]);
  const schema = format["type"] === "json_schema" ? objectOrNull(objectOr(format["json_schema"])["schema"]) : null;
  const isObject = format["type"] === "json_object";
  return {
    format: schema === null ? (isObject ? "json" : "text") : "json-schema",
    schema,
    tools: objectsIn(body["tools"]).flatMap(toolOf),
    hasOtherTools: objectsIn(body["tools"]).some(({ type }) => type !== "function"),
  };
}

function toolOf(tool: JsonObject): readonly OfferedTool[] {
  const definition = objectOr(tool["function"]);
  const { name, parameters } = definition;
  return typeof name === "string" ? [{ name, parameters: objectOrNull(parameters) }] : [];
}

/** The answer as the assistant's turn; what is wrong with it is what its tools say, else what the user says next. */
export function askAgain(body: Buffer, { answer, complaint }: AskedAgain): Buffer {
  const results = answer.toolCalls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: complaint }));
  return appendItems(body, "messages", [
    assistantTurn(answer),
    ...(results.length > 0 ? results : [{ role: "user", content: complaint }]),
  ]);
}

/** An answer as a message of the conversation that goes on after it. */
export function assistantTurn({ text, refusal, toolCalls }: AnswerSummary): JsonObject {
  const calls = toolCalls.map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  }));
  const said = { role: "assistant", content: calls.length > 0 && text === "" ? null : text || (refusal ?? "") };
  return calls.length > 0 ? { ...said, tool_calls: calls } : said;
}
