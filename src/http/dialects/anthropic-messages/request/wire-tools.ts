import type { CanonicalRequest, CanonicalTool, ToolChoice } from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { toolChoiceOf } from "../../tool-choice-of.ts";
import { cacheControl } from "./wire-content.ts";

/** The members `tools` and `tool_choice`. Without tools there is nothing to choose from, or to call at once. */
export function wireTools(request: CanonicalRequest, provider: string): JsonObject {
  const { tools, parallelToolCalls } = request;
  const asked = toolChoiceOf(request, provider);
  if (tools.length === 0) return {};
  const choice = choiceOf(asked, parallelToolCalls);
  return { tools: tools.map(wireTool), ...(choice !== null && { tool_choice: choice }) };
}

/** A tool as the API takes it. */
export const wireTool = (tool: CanonicalTool): JsonObject => ({
  name: tool.name,
  ...(tool.description !== null && { description: tool.description }),
  input_schema: tool.parameters,
  ...(tool.strict !== null && { strict: tool.strict }),
  ...cacheControl(tool),
});

function choiceOf(choice: ToolChoice | null, parallel: boolean | null): JsonObject | null {
  if (choice === "none") return { type: "none" };
  if (choice === null && parallel === null) return null;
  const disabled = parallel === null ? {} : { disable_parallel_tool_use: !parallel };
  if (choice === null || choice === "auto") return { type: "auto", ...disabled };
  return choice === "required" ? { type: "any", ...disabled } : { type: "tool", name: choice.name, ...disabled };
}
