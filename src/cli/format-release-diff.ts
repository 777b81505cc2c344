import type { z } from "zod";
import type { releaseDiffView } from "../contract/release-diff.ts";

type Diff = z.output<typeof releaseDiffView>;
type Sample = Diff["sample"];

// Unchanged lines shown around a changed one.
const CONTEXT = 2;

const SIGNS = { same: " ", added: "+", removed: "-" } as const;

/** Two releases side by side, for a terminal. */
export function formatReleaseDiff(diff: Diff): string {
  const head = `${diff.before} → ${diff.after}`;
  if (diff.same) return `${head}: the same content`;
  return [
    head,
    diff.text,
    ...sampleText("rendered sample", diff.sample),
    ...(diff.call === null
      ? []
      : [...sampleText(`rendered for ${diff.call.id}`, diff.call.sample), ...noteOf(diff.call)]),
    compatibilityText(diff.compatibility),
    `price: ${diff.price.words}`,
  ].join("\n\n");
}

const noteOf = ({ note }: NonNullable<Diff["call"]>): readonly string[] => (note === null ? [] : [note]);

function sampleText(title: string, { lines, missing }: Sample): readonly string[] {
  const lacks = [
    missing.before === null ? "" : `The first one cannot be rendered: it requires ${missing.before}.`,
    missing.after === null ? "" : `The second one cannot be rendered: it requires ${missing.after}.`,
  ].filter((sentence) => sentence !== "");
  if (lacks.length > 0) return [`${title}\n${lacks.join("\n")}`];
  if (lines.every(({ kind }) => kind === "same")) return [];
  return [`${title}\n${nearLines(lines).join("\n")}`];
}

function nearLines(lines: Sample["lines"]): readonly string[] {
  const isNear = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== "same");
  return lines.flatMap(({ kind, text }, index) => {
    if (isNear(index)) return [`  ${SIGNS[kind]} ${text}`.trimEnd()];
    return index > 0 && isNear(index - 1) ? ["    …"] : [];
  });
}

function compatibilityText({ verdict, tools, output, variables, reasons }: Diff["compatibility"]): string {
  const lines = [
    ...tools.flatMap(({ name, changes }) => changes.map((change) => changeText(`tool ${name}`, change))),
    ...output.changes.map((change) => changeText("output", change)),
    ...variables.changes.map((change) => changeText("variable", change)),
  ];
  const head =
    verdict === "breaking"
      ? `conversations in flight cannot be moved from the one to the other (${reasons.length} ${reasons.length === 1 ? "reason" : "reasons"})`
      : "conversations in flight can be moved from the one to the other";
  return [head, ...lines].join("\n");
}

function changeText(
  subject: string,
  { path, breaking, what }: Diff["compatibility"]["output"]["changes"][number],
): string {
  return `  ${breaking ? "breaking  " : "compatible"}  ${[subject, path].filter((word) => word !== "").join(" ")}: ${what}`;
}
