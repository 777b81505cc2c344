import type { z } from "zod";
import { reportRouting } from "../contract/routing.ts";
import type { routingReportView } from "../contract/routing.ts";
import { parseDurationMs } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Report = z.output<typeof routingReportView>;

interface ReportOptions {
  readonly since?: string;
  readonly release?: string;
  readonly key?: string;
}

/** `rollward routing report`. */
export const routing: AddCommand = (program, line) => {
  const group = program.command("routing").description("how a release spreads sessions over its models");
  group
    .command("report <endpoint>")
    .description("whether the routing beats random and length-only controls at the same cost")
    .option("--since <time>", "only calls since then: 2026-11-01T00:00:00Z, or 7d for the last seven days")
    .option("--release <release>", "a release other than the stable one: 7, or support-bot@7")
    .option("--key <id>", "only the sessions of one API key")
    .action(async (endpoint: string, { since, release, key }: ReportOptions) => {
      const query = {
        ...(since !== undefined && { since: instantOf(since) }),
        ...(release !== undefined && { release: numberOf(release) }),
        ...(key !== undefined && { key }),
      };
      const report = await ask(line.connection(), reportRouting, { params: { endpoint }, query });
      line.say(line.json() ? JSON.stringify(report) : formatReport(report));
    });
};

function numberOf(release: string): number {
  const number = Number(release.split("@").at(-1));
  if (!Number.isInteger(number) || number < 1) throw new CliError(`"${release}" is not a release.`, "Write it like 7.");
  return number;
}

/** An instant, from one or from a time span before now. */
function instantOf(text: string): string {
  const span = parseDurationMs(text);
  const at = span === null ? Date.parse(text) : Date.now() - span;
  if (Number.isNaN(at)) throw new CliError(`"${text}" is no time.`, "Write it like 2026-11-01T00:00:00Z or 7d.");
  return new Date(at).toISOString();
}

const percent = (share: number): string => `${(share * 100).toFixed(1)}%`;
const usd = (amount: number): string => `$${Number(amount.toPrecision(3))}`;

function ranged(estimate: Report["policies"][number]["quality"], write: (value: number) => string): string {
  return estimate === null ? "-" : `${write(estimate.mean)} [${write(estimate.low)}, ${write(estimate.high)}]`;
}

/** The report for people. */
function formatReport(report: Report): string {
  const rows = report.policies.map(({ policy, sessions, quality, cost_usd, latency_ms }) => [
    policy === "routed" ? `this routing (${report.strategy})` : policy,
    sessions === null ? "-" : String(sessions),
    ranged(quality, percent),
    ranged(cost_usd, usd),
    latency_ms === null ? "-" : `${latency_ms.toFixed(0)} ms`,
  ]);
  const about = `${report.release}: ${report.sessions} sessions, ${report.explored} of them drawn by lot`;
  const cut = report.is_cut ? "\nThere are more calls; only the newest were looked at." : "";
  const { confidence } = report;
  return [
    `${about}${report.since === null ? "" : `, since ${report.since}`}${cut}`,
    "",
    formatTable([["policy", "sessions", "quality", "cost per session", "latency"], ...rows]),
    "",
    ...report.comparisons.map(({ words }) => words),
    report.words,
    "",
    `Intervals: ${percent(confidence)} at all looks together, however often the report is made (asymptotic).`,
  ].join("\n");
}
