import type { z } from "zod";
import type { applyAnswer } from "../contract/projects.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;
type Change = ApplyAnswer["endpoints"][number];

/** The command that begins the rollout of a held back release again, by its endpoint. */
export type AgainCommand = (endpoint: string) => string;

/** What applying did or would do, for a terminal. Endpoints that stay as they are are counted, not listed. */
export function formatApply(answer: ApplyAnswer, again: AgainCommand): string {
  if (answer.mistakes.length > 0) {
    const lines = answer.mistakes.map((one) => `${one.file}:${one.line}:${one.column}  ${one.message}\n    ${one.fix}`);
    return [...lines, "", `${countOf(answer.mistakes.length, "mistake")}; nothing was applied.`].join("\n");
  }
  const changed = answer.endpoints.filter(isWorthALine);
  const unchanged = answer.endpoints.length - changed.length;
  const parts = [
    ...(answer.project === undefined || answer.project.outcome === "unchanged" ? [] : [projectText(answer.project)]),
    ...changed.map((change) =>
      change.outcome === "held_back" ? heldBackText(change, answer, again) : changeText(change),
    ),
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
  back: "back to the stable release",
  held_back: "is held back",
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

function changeText(change: Change): string {
  const { endpoint, release, outcome, rollout, waits_until: until, diff: changes, details, outlook } = change;
  if (outcome === "back") return backText(change);
  const does = until === null ? OUTCOMES[outcome] : `waits until ${until}`;
  const head = `${release ?? endpoint}: ${does}${rollout === null ? "" : ` (${rollout})`}`;
  const moved =
    details?.conversations === "breaking"
      ? [`conversations in flight cannot be moved to it: ${details.reasons.join("; ")}`]
      : [];
  return [head, ...outlook, ...(changes === "" ? [] : [changes]), ...moved].join("\n");
}

/** Why an endpoint is left out, and the two ways to go on. */
function heldBackText({ endpoint, release }: Change, answer: ApplyAnswer, again: AgainCommand): string {
  const told = answer.held_back?.find((one) => one.endpoint === endpoint);
  return [
    `${release ?? endpoint}: ${OUTCOMES.held_back}`,
    ...(told === undefined ? [] : [told.sentence]),
    `\`${again(endpoint)}\` begins its rollout again; a change of the release begins one by itself.`,
    ...(answer.applied ? ["Everything else was applied."] : []),
  ].join("\n");
}

/** "faq@1: back to the stable release; the rollout of faq@2 ends (rol_…)". */
function backText({ endpoint, release, ended = [] }: Change): string {
  const ends = ended.map((one) => `the rollout of ${one.release} ends (${one.rollout})`);
  return [`${release ?? endpoint}: ${OUTCOMES.back}`, ...ends].join("; ");
}

/** "1 mistake", "2 mistakes". */
const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
