import type { Json } from "../json.ts";
import { isObject } from "../object-in.ts";

/** Why a result is not one to give again. */
export type ResultBar = "error" | "unfinished";

/**
 * What a result says of itself: an error (`isError` of MCP's `CallToolResult`, `is_error` of Anthropic's
 * `tool_result`), or a question back instead of a result (MCP's `input_required`). `null` for every other.
 */
export function resultBar(result: Json): ResultBar | null {
  if (!isObject(result)) return null;
  if (result["isError"] === true || result["is_error"] === true) return "error";
  return result["resultType"] === "input_required" || result["status"] === "input_required" ? "unfinished" : null;
}
