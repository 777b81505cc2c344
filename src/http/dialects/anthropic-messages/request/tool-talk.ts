import type { Json } from "../../../../domain/json.ts";
import type { AnsweredTools, BroughtResult, ToolTalk } from "../../../../ports/dialect.ts";
import { appendItems, objectOr, objectsIn } from "../../append-items.ts";
import { answerBlocks, thinks } from "./answer-terms.ts";

/** Tools are called in blocks of the assistant's turn; their results are blocks of the user's next one. */
export const toolTalk: ToolTalk = {
  results(body) {
    const calls = new Map<string, Pick<BroughtResult, "name" | "arguments">>();
    const results: BroughtResult[] = [];
    for (const block of objectsIn(body["messages"]).flatMap(({ content }) => objectsIn(content as Json))) {
      const { type, id, name, input, tool_use_id: answers, content, is_error: isError } = block;
      if (type === "tool_use" && typeof id === "string" && typeof name === "string") {
        calls.set(id, { name, arguments: JSON.stringify(objectOr(input)) });
      }
      const call = type === "tool_result" && typeof answers === "string" ? calls.get(answers) : undefined;
      if (call !== undefined) results.push({ ...call, content: content ?? "", isError: isError === true });
    }
    return results;
  },
  /** A turn that calls tools must begin with its thinking, which is not kept: such a conversation cannot go on. */
  goOn(body, { answer, results }: AnsweredTools) {
    if (thinks(body)) return null;
    const brought = answer.toolCalls.map(({ id }, index) => ({
      type: "tool_result",
      tool_use_id: id,
      content: results[index]?.content ?? "",
      ...(results[index]?.isError === true && { is_error: true }),
    }));
    return appendItems(body, "messages", [
      { role: "assistant", content: answerBlocks(answer) },
      { role: "user", content: brought },
    ]);
  },
};
