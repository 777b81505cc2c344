import { canonicalJson } from "../../kit/canonical-json.ts";
import type { ToolCall } from "../call/canonical.ts";
import type { Json } from "../json.ts";

/**
 * How the tool calls of two turns differ, the gravest difference alone: other tools or another number of them, the same
 * with other arguments, or the same in another order.
 */
export type ToolChange = "same" | "order" | "arguments" | "tools";

/** A tool call, as far as two are compared. */
export type AskedTool = Pick<ToolCall, "name" | "arguments">;

/** A call's tool and arguments, the same for arguments that mean the same (RFC 8785); what is no JSON stands as it is. */
export function toolKey({ name, arguments: given }: AskedTool): string {
  return JSON.stringify([name, canonicalArguments(given)]);
}

function canonicalArguments(given: string): string {
  if (given.trim() === "") return "{}";
  try {
    return canonicalJson(JSON.parse(given) as Json);
  } catch {
    return given;
  }
}

/** Compares what two turns have asked of tools, in order. */
export function compareTools(baseline: readonly AskedTool[], candidate: readonly AskedTool[]): ToolChange {
  const [before, after] = [baseline.map(toolKey), candidate.map(toolKey)];
  if (isSameList(before, after)) return "same";
  if (isSameList(before.toSorted(), after.toSorted())) return "order";
  const names = (calls: readonly AskedTool[]): readonly string[] => calls.map(({ name }) => name).toSorted();
  return isSameList(names(baseline), names(candidate)) ? "arguments" : "tools";
}

const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((each, index) => each === other[index]);

/** The result of a tool call as it was recorded, in the form of its dialect. */
export interface RecordedResult extends AskedTool {
  readonly content: Json;
  readonly isError: boolean;
}

/**
 * The results that tools gave in a recorded session. A call that was made several times has its results given in their
 * order, and the last one for every time after.
 */
export class ToolRecord {
  readonly #results = new Map<string, RecordedResult[]>();
  readonly #given = new Map<string, number>();

  constructor(results: Iterable<RecordedResult>) {
    for (const result of results) {
      const key = toolKey(result);
      const known = this.#results.get(key);
      if (known === undefined) this.#results.set(key, [result]);
      else known.push(result);
    }
  }

  /** What the tool gave when it was called so; `null` where it never was. */
  take(call: AskedTool): RecordedResult | null {
    const key = toolKey(call);
    const results = this.#results.get(key);
    if (results === undefined) return null;
    const times = this.#given.get(key) ?? 0;
    this.#given.set(key, times + 1);
    return results[Math.min(times, results.length - 1)] ?? null;
  }
}
