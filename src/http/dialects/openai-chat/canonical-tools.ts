import type { CanonicalTool, ToolChoice } from "../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Fields } from "../fields.ts";

/** The schema of a function that is declared without parameters. */
const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** Function tools. Custom tools and a provider's own cannot be carried. */
export function canonicalTools(tools: readonly Fields[]): readonly CanonicalTool[] {
  return tools.map((tool) => {
    if (tool.requiredString("type") !== "function") throw tool.untranslatable("type");
    const definition = tool.fields("function");
    const read: CanonicalTool = {
      name: definition.requiredString("name"),
      description: definition.string("description"),
      parameters: definition.jsonObject("parameters") ?? NO_PARAMETERS,
      strict: definition.boolean("strict"),
    };
    definition.done();
    tool.done();
    return read;
  });
}

/** `tool_choice`; a list of allowed tools cannot be carried. */
export function toolChoiceOf(fields: Fields): ToolChoice | null {
  const choice = fields.value("tool_choice");
  if (choice === null || choice === "auto" || choice === "none" || choice === "required") return choice;
  if (typeof choice === "string") {
    throw fields.invalid("tool_choice", "must be auto, none, required or an object that names a function");
  }
  const named = fields.fields("tool_choice");
  if (named.requiredString("type") !== "function") throw named.untranslatable("type");
  const definition = named.fields("function");
  const name = definition.requiredString("name");
  definition.done();
  named.done();
  return { name };
}
