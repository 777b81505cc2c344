import type { z } from "zod";
import type { rolloutView } from "../contract/rollouts.ts";
import { formatTable } from "./format-table.ts";

type RolloutView = z.output<typeof rolloutView>;
type GateView = RolloutView["gates"][number];

/** Gates, people and changes of data in a few lines each; nothing for a rollout without them. */
export function formatGates({ gates, changes, notify, state }: RolloutView): string[] {
  const lines: string[] = [];
  if (gates.length > 0) lines.push("", formatTable([HEADING, ...gates.map(rowOf)]));
  if (changes.length > 0) lines.push("", "changes of data:", ...changes.map((change) => `  ${wayOf(change, state)}`));
  if (notify.length > 0) lines.push("", `told: ${notify.map(tellOf).join("; ")}`);
  return lines;
}

const HEADING = ["gate", "kind", "when", "stands", "why"];

const rowOf = ({ gate, kind, at, standing, detail, url, attempt }: GateView): string[] => [
  attempt > 1 ? `${gate} (attempt ${attempt})` : gate,
  kind,
  at.replace("_", " "),
  standing,
  url === null ? detail : `${detail} ${url}`,
];

const BACK = new Set(["rolling_back", "rolled_back", "aborting", "aborted"]);

function wayOf({ what, forward, back, reversible }: RolloutView["changes"][number], state: string): string {
  const undo = reversible ? (back ?? "nothing to do") : `cannot be undone${back === null ? "" : ` (${back})`}`;
  return BACK.has(state) ? `${what}: way back: ${undo}` : `${what}: ${forward}; way back: ${undo}`;
}

const tellOf = ({ name, who, webhook }: RolloutView["notify"][number]): string =>
  `${[name, ...(who.length > 0 ? [`(${who.join(", ")})`] : [])].join(" ")}${webhook ? " by webhook" : ""}`;
