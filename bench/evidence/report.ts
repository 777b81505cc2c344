import type { Check } from "./checks.ts";
import type { Outcome, Row } from "./scenario.ts";
import { median } from "./statistics.ts";

/** One line of the machine-readable report; shares of the runs. */
export interface ReportLine {
  readonly name: string;
  readonly runs: number;
  readonly rolledBack: number;
  readonly promoted: number;
  /** `null` when no run came to a decision. */
  readonly medianCandidateSessions: number | null;
}

const lineOf = (outcome: Outcome, row: Row): ReportLine => ({
  name: row.name,
  runs: outcome.runs,
  rolledBack: row.rolledBack === null ? 0 : outcome.counted(row.rolledBack) / outcome.runs,
  promoted: row.promoted === null ? 0 : outcome.counted(row.promoted) / outcome.runs,
  medianCandidateSessions: row.candidateSessions === null ? null : median(outcome.samples(row.candidateSessions)),
});

/** Lines of what the product does, or of everything that is there for comparison. */
export const linesOf = (outcomes: readonly Outcome[], isProduct: boolean): readonly ReportLine[] =>
  outcomes.flatMap((outcome) =>
    outcome.rows.filter((row) => row.isProduct === isProduct).map((row) => lineOf(outcome, row)),
  );

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function verdictOf(name: string, checks: readonly Check[]): string {
  const own = checks.filter(({ id }) => name === id || name.startsWith(`${id}.`));
  if (own.length === 0) return "";
  const failed = own.filter(({ passed }) => !passed).length;
  return failed === 0 ? `${own.length} ok` : `${failed} of ${own.length} FAILED`;
}

/** The table for people: name, runs, shares, median, checks. */
export function tableOf(lines: readonly ReportLine[], checks: readonly Check[]): string {
  const rows = lines.map((line) => [
    line.name,
    String(line.runs),
    percent(line.rolledBack),
    percent(line.promoted),
    line.medianCandidateSessions === null ? "-" : String(line.medianCandidateSessions),
    verdictOf(line.name, checks),
  ]);
  const all = [["scenario", "runs", "rolled back", "promoted", "median candidate sessions", "checks"], ...rows];
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 5 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** What failed, one line each, and how many checks there were. */
export function summaryOf(checks: readonly Check[]): string {
  const failed = checks.filter(({ passed }) => !passed);
  const lines = failed.map(({ id, name, detail }) => `FAILED  ${id}: ${name}: ${detail}`);
  return [...lines, `${checks.length - failed.length} checks passed, ${failed.length} failed.`].join("\n");
}
