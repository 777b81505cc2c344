import type { AnswerSummary } from "../../../../domain/answer/answer.ts";
import type { AnswerTerms, OfferedTool } from "../../../../domain/answer/answer-terms.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { spliceJson } from "../../../../kit/json-splice.ts";
import type { AskedAgain } from "../../../../ports/dialect.ts";
import { appendItems, objectOr, objectOrNull, objectsIn } from "../../append-items.ts";
import { scanBody } from "../../scan-body.ts";

/** `text.format` and the function tools; hosted tools are called at the provider and never seen here. */
export function answerTerms(body: JsonObject): AnswerTerms {
  const format = objectOr(objectOr(body["text"])["format"]);
  const schema = format["type"] === "json_schema" ? objectOrNull(format["schema"]) : null;
  const isObject = format["type"] === "json_object";
  return {
    format: schema === null ? (isObject ? "json" : "text") : "json-schema",
    schema,
    tools: objectsIn(body["tools"]).flatMap(toolOf),
    hasOtherTools: objectsIn(body["tools"]).some(({ type }) => type !== "function"),
  };
}

function toolOf({ type, name, parameters }: JsonObject): readonly OfferedTool[] {
  return type === "function" && typeof name === "string" ? [{ name, parameters: objectOrNull(parameters) }] : [];
}

/** The answer as output items; what is wrong with it is what its tools say, else what the user says next. */
export function askAgain(body: Buffer, { answer, complaint }: AskedAgain): Buffer {
  const results = answer.toolCalls.map(({ id }) => ({ type: "function_call_output", call_id: id, output: complaint }));
  return appendItems(inItems(body), "input", [
    ...answerItems(answer),
    ...(results.length > 0 ? results : [{ role: "user", content: complaint }]),
  ]);
}

/** An answer as items of the conversation that goes on after it. */
export function answerItems({ text, refusal, toolCalls }: AnswerSummary): readonly JsonObject[] {
  const said = text || (refusal ?? "");
  const calls = toolCalls.map(({ id, name, arguments: given }) => ({
    type: "function_call",
    call_id: id,
    name,
    arguments: given,
  }));
  return [...(said === "" ? [] : [{ role: "assistant", content: said }]), ...calls];
}

/** An input that is one text, as a list of items. */
export function inItems(bytes: Buffer): Buffer {
  const { body, members } = scanBody(bytes);
  const span = members.get("input")?.value;
  if (span === undefined || typeof body["input"] !== "string") return bytes;
  const items = Buffer.from(JSON.stringify([{ role: "user", content: body["input"] }]));
  return spliceJson(bytes, [{ ...span, bytes: items }]);
}
