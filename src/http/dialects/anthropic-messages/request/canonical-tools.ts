import type { CanonicalTool, ToolChoice } from "../../../../domain/call/canonical.ts";
import type { Fields } from "../../fields.ts";
import { cacheOf } from "./canonical-content.ts";

/** Tools of the client's own. Those that Anthropic runs or defines itself cannot be carried. */
export function canonicalTools(tools: readonly Fields[]): readonly CanonicalTool[] {
  return tools.map((tool) => {
    const type = tool.string("type");
    if (type !== null && type !== "custom") throw tool.untranslatable("type");
    const parameters = tool.jsonObject("input_schema");
    if (parameters === null) throw tool.invalid("input_schema", "must be an object");
    tool.leaveDefault("allowed_callers", ["direct"]);
    tool.leaveDefault("defer_loading", false);
    tool.leaveDefault("input_examples", []);
    // How the arguments are cut into pieces, which no other provider lets one choose, changes nothing of them.
    tool.leave("eager_input_streaming");
    const read: CanonicalTool = {
      name: tool.requiredString("name"),
      description: tool.string("description"),
      parameters,
      strict: tool.boolean("strict"),
      ...cacheOf(tool),
    };
    tool.done();
    return read;
  });
}

/** `tool_choice`, with whether the model may call several tools at once. */
export function toolChoiceOf(fields: Fields): {
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
} {
  if (fields.value("tool_choice") === null) return { toolChoice: null, parallelToolCalls: null };
  const choice = fields.fields("tool_choice");
  const disabled = choice.boolean("disable_parallel_tool_use");
  const toolChoice = namedChoice(choice);
  choice.done();
  return { toolChoice, parallelToolCalls: disabled === null ? null : !disabled };
}

function namedChoice(choice: Fields): ToolChoice {
  switch (choice.requiredString("type")) {
    case "auto":
      return "auto";
    case "none":
      return "none";
    case "any":
      return "required";
    case "tool":
      return { name: choice.requiredString("name") };
    default:
      throw choice.untranslatable("type");
  }
}
