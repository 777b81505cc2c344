import type { ToolCall } from "../../call/canonical.ts";
import { finding } from "../finding.ts";
import type { Finding } from "../finding.ts";
import { named } from "../schema/run.ts";
import type { CheckTerms } from "./check.ts";
import { defineCheck } from "./check.ts";
import { parsedText, schemaFindings } from "./parsed.ts";

/** Tool calls that are looked at; a model makes a handful. */
const MAX_CALLS = 128;

/** Every tool call names a tool that was offered, with arguments that are JSON and fit its schema. */
export const tools = defineCheck({
  name: "tools",
  find: ({ toolCalls }, terms) => toolCalls.slice(0, MAX_CALLS).flatMap((call, index) => checkCall(call, index, terms)),
});

function checkCall(
  call: ToolCall,
  index: number,
  { tools: offered, hasOtherTools, schemas }: CheckTerms,
): readonly Finding[] {
  const at = `/tool_calls/${index}`;
  const tool = offered.find(({ name }) => name === call.name);
  if (tool === undefined) {
    if (hasOtherTools) return [];
    return [finding("unknown-tool", `it calls ${named(call.name)}, which was not offered`, `${at}/name`)];
  }
  const parsed = parsedText(call.arguments);
  const within = `${at}/arguments`;
  if (parsed.type === "unchecked") return [];
  if (parsed.type === "broken") {
    return [finding("invalid-arguments", `the arguments of ${named(call.name)} are not JSON`, within)];
  }
  return schemaFindings(parsed.value, tool.parameters, { schemas, check: "invalid-arguments", within });
}
