import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;
type Change = ApplyAnswer["endpoints"][number];

/** What applying did or would do, for a terminal. Endpoints that stay as they are are counted, not listed. */
export function formatApply(answer: ApplyAnswer): string {
  if (answer.mistakes.length > 0) {
    const lines = answer.mistakes.map((one) => `${one.file}:${one.line}:${one.column}  ${one.message}\n    ${one.fix}`);
    return [...lines, "", `${countOf(answer.mistakes.length, "mistake")}; nothing was applied.`].join("\n");
  }
  const changed = answer.endpoints.filter(isWorthALine);
  const unchanged = answer.endpoints.length - changed.length;
  const parts = [
    ...(answer.project === undefined || answer.project.outcome === "unchanged" ? [] : [projectText(answer.project)]),
    ...changed.map(changeText),
  ];
  const rest = unchanged === 0 ? [] : [`${countOf(unchanged, "endpoint")} unchanged.`];
  const warnings = (answer.warnings ?? []).map((one) => `warning: ${one}`);
  const nothing = answer.applied ? "Nothing has changed." : "Nothing to apply.";
  return [...(parts.length === 0 ? [nothing] : [...parts, ...rest]), ...warnings].join("\n\n");
}

/** One whose rollout is still under way is told with it, although nothing is new. */
const isWorthALine = ({ outcome, rollout }: Change): boolean => outcome !== "unchanged" || rollout !== null;

const OUTCOMES = {
  unchanged: "unchanged",
  first: "is the first release and serves at once",
  rollout: "goes out by rollout",
  queued: "is queued",
} as const;

const AROUND = {
  unchanged: "unchanged",
  first: "everything is new",
  changed: "changes at once, without a rollout",
} as const;

function projectText({ outcome, diff: changes }: NonNullable<ApplyAnswer["project"]>): string {
  const head = `project: ${AROUND[outcome]}`;
  return changes === "" ? head : `${head}\n${changes}`;
}

function changeText({
  endpoint,
  release,
  outcome,
  rollout,
  waits_until: until,
  diff: changes,
  details,
  outlook,
}: Change): string {
  const does = until === null ? OUTCOMES[outcome] : `waits until ${until}`;
  const head = `${release ?? endpoint}: ${does}${rollout === null ? "" : ` (${rollout})`}`;
  const moved =
    details?.conversations === "breaking"
      ? [`conversations in flight cannot be moved to it: ${details.reasons.join("; ")}`]
      : [];
  return [head, ...outlook, ...(changes === "" ? [] : [changes]), ...moved].join("\n");
}

/** "1 mistake", "2 mistakes". */
const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
