import type { CanonicalRequest, ToolChoice } from "../../domain/call/canonical.ts";
import { RollwardError } from "../../domain/errors.ts";

/**
 * How the model may choose, where there is something to choose from: providers refuse a choice without tools. Throws
 * `untranslatable` for one that demands a tool when there is none.
 */
export function toolChoiceOf(
  { tools, toolChoice }: Pick<CanonicalRequest, "tools" | "toolChoice">,
  provider: string,
): ToolChoice | null {
  if (tools.length > 0 || toolChoice === null) return toolChoice;
  if (toolChoice === "auto" || toolChoice === "none") return null;
  throw new RollwardError("untranslatable", { field: "tool_choice", provider, param: "tool_choice" });
}
