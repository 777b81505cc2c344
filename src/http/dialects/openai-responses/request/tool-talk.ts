import type { AnsweredTools, BroughtResult, ToolTalk } from "../../../../ports/dialect.ts";
import { appendItems, objectsIn } from "../../append-items.ts";
import { answerItems, inItems } from "./answer-terms.ts";

/** Calls of tools and their results are items of the input. */
export const toolTalk: ToolTalk = {
  results(body) {
    const calls = new Map<string, Pick<BroughtResult, "name" | "arguments">>();
    const results: BroughtResult[] = [];
    for (const { type, call_id: id, name, arguments: given, output } of objectsIn(body["input"])) {
      if (typeof id !== "string") continue;
      if (type === "function_call" && typeof name === "string" && typeof given === "string") {
        calls.set(id, { name, arguments: given });
      }
      const call = type === "function_call_output" ? calls.get(id) : undefined;
      if (call !== undefined && output !== undefined) results.push({ ...call, content: output, isError: false });
    }
    return results;
  },
  goOn(body, { answer, results }: AnsweredTools) {
    const brought = answer.toolCalls.map(({ id }, index) => ({
      type: "function_call_output",
      call_id: id,
      output: results[index]?.content ?? "",
    }));
    return appendItems(inItems(body), "input", [...answerItems(answer), ...brought]);
  },
};
