import { RollwardError } from "../../domain/errors.ts";
import { headerOf } from "../header-of.ts";
import type { WithHeaders } from "../header-of.ts";

/**
 * Versions of the API whose answers have the form that we read and write. The later one takes no `temperature`, `top_p`
 * or `top_k`; its answers and errors are the same.
 */
const VERSIONS: ReadonlySet<string> = new Set(["2023-06-01", "2026-10-21"]);

/**
 * Features that only add members or events to the Messages API, so that they pass between a client and a provider of
 * that dialect without our doing. Not here is what acts elsewhere (files, skills, batches), what reaches other servers
 * (MCP), and what would make our records wrong: another model that answers, or another price.
 */
const PASSED_ON: ReadonlySet<string> = new Set([
  "cache-diagnosis-2026-04-07",
  "claude-code-20250219",
  "code-execution-2025-05-22",
  "compact-2026-01-12",
  "compact-2026-09-04",
  "computer-use-2024-10-22",
  "computer-use-2025-01-24",
  "computer-use-2025-11-24",
  "context-1m-2025-08-07",
  "context-management-2025-06-27",
  "effort-2025-11-24",
  "extended-cache-ttl-2025-04-11",
  "fine-grained-tool-streaming-2025-05-14",
  "inline-tools-2026-09-15",
  "interleaved-thinking-2025-05-14",
  "max-tokens-3-5-sonnet-2024-07-15",
  "mid-conversation-output-config-2026-07-01",
  "mid-conversation-system-2026-04-07",
  "mid-conversation-system-clear-at-2026-08-21",
  "mid-conversation-tool-changes-2026-07-01",
  "model-context-window-exceeded-2025-08-26",
  "output-128k-2025-02-19",
  "output-300k-2026-03-24",
  "pdfs-2024-09-25",
  "prompt-caching-2024-07-31",
  "structured-outputs-2025-11-13",
  "task-budgets-2026-03-13",
  "thinking-binding-controls-2026-08-01",
  "thinking-display-updates-2026-08-18",
  "thinking-token-count-2026-05-13",
  "token-counting-2024-11-01",
  "token-efficient-tools-2025-02-19",
]);

/** Features of one request; more than there are is play. */
const MOST_FEATURES = 32;

/**
 * What a client of the Messages API says in headers for the provider: its version of the API, and in `anthropic-beta`
 * features of the allow-list. Throws `invalid_request` for another version, or a feature that is not passed on: a client
 * must not believe in what was lost.
 */
export function anthropicHeaders(request: WithHeaders): Readonly<Record<string, string>> {
  const version = headerOf(request, "anthropic-version");
  if (version !== null && !VERSIONS.has(version)) {
    throw refused("anthropic-version", `must be ${[...VERSIONS].join(" or ")}`);
  }
  const features = featuresOf(headerOf(request, "anthropic-beta") ?? "");
  return {
    ...(version !== null && { "anthropic-version": version }),
    ...(features.length > 0 && { "anthropic-beta": features.join(",") }),
  };
}

function featuresOf(header: string): readonly string[] {
  const named = new Set(header.split(",").map((feature) => feature.trim()));
  named.delete("");
  if (named.size > MOST_FEATURES) throw refused("anthropic-beta", `must name at most ${MOST_FEATURES} features`);
  const unknown = [...named].find((feature) => !PASSED_ON.has(feature));
  if (unknown === undefined) return [...named];
  throw refused("anthropic-beta", `has the feature ${unknown.slice(0, 60)}, which is not passed on`);
}

const refused = (header: string, must: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `The header \`${header}\` ${must}.`, param: header });
