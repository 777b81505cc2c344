import type { JsonObject } from "../../../domain/json.ts";
import type { AnsweredTools, BroughtResult, ToolTalk } from "../../../ports/dialect.ts";
import { appendItems, objectOr, objectsIn } from "../append-items.ts";
import { assistantTurn } from "./answer-terms.ts";

/** Tools are called in messages of the assistant; each result is a message of its own. */
export const toolTalk: ToolTalk = {
  results(body) {
    const calls = new Map<string, Pick<BroughtResult, "name" | "arguments">>();
    const results: BroughtResult[] = [];
    for (const message of objectsIn(body["messages"])) {
      for (const call of objectsIn(message["tool_calls"])) noteCall(calls, call);
      const { role, tool_call_id: id, content } = message;
      const call = role === "tool" && typeof id === "string" ? calls.get(id) : undefined;
      if (call !== undefined && content !== undefined) results.push({ ...call, content, isError: false });
    }
    return results;
  },
  goOn(body, { answer, results }: AnsweredTools) {
    const brought = answer.toolCalls.map(({ id }, index) => ({
      role: "tool",
      tool_call_id: id,
      content: results[index]?.content ?? "",
    }));
    return appendItems(body, "messages", [assistantTurn(answer), ...brought]);
  },
};

function noteCall(calls: Map<string, Pick<BroughtResult, "name" | "arguments">>, call: JsonObject): void {
  const { name, arguments: given } = objectOr(call["function"]);
  if (typeof call["id"] !== "string" || typeof name !== "string" || typeof given !== "string") return;
  calls.set(call["id"], { name, arguments: given });
}
