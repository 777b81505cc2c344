import { formatDuration } from "../../kit/duration.ts";
import { causeWords } from "../now/failures-of.ts";
import { percent } from "../now/say-time.ts";
import type { CallFigures, Compared, Report } from "./report.ts";

/** A section of a report as a table: its head, and rows of the same length. */
export interface ReportTable {
  readonly title: string;
  /** What stands above the table, or in its place where it has no rows. */
  readonly text: string | null;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const NO_DATA = "no data";

type Kind = "count" | "share" | "ms" | "usd" | "score";

/** A report as text in sections, for every form that it is given. */
export function reportTables(report: Report): readonly ReportTable[] {
  return [
    numbers(report),
    byEndpoint(report),
    byModel(report),
    errors(report),
    releases(report),
    incidents(report),
    budgets(report),
  ];
}

/** The heading, and one sentence that says the most. */
export function reportHeading(report: Report): { readonly title: string; readonly summary: string } {
  const { period, environment, whole, isPartial, rollouts, incidents: trouble } = report;
  const back = rollouts.filter(({ outcome }) => outcome !== "promoted" && outcome !== "observed").length;
  const promoted = rollouts.filter(({ outcome }) => outcome === "promoted").length;
  const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const span = `${day(period.from)} to ${day(period.to - 1)}${isPartial ? ", not over yet" : ""}`;
  const figures = [
    `${told(whole.calls.now, "count")} calls`,
    `${told(whole.availability.now, "share")} answered without a fault of ours or a provider's`,
    `${told(whole.costPico.now, "usd")} spent`,
  ];
  const parts = [
    ...((whole.calls.now ?? 0) === 0 ? ["no calls"] : figures),
    `${promoted} promoted and ${back} rolled back or given up`,
    `${trouble.length} incident${trouble.length === 1 ? "" : "s"}`,
  ];
  return { title: `${environment}: ${period.kind} ${period.name}`, summary: `${span}. ${parts.join(", ")}.` };
}

const FIGURES: readonly (readonly [key: keyof CallFigures, label: string, kind: Kind])[] = [
  ["calls", "Calls", "count"],
  ["availability", "Answered without a fault", "share"],
  ["firstTokenP95", "First token, p95", "ms"],
  ["latencyP95", "Whole answer, p95", "ms"],
  ["fallbackShare", "Answered by a fallback", "share"],
  ["cacheShare", "Answered from a cache", "share"],
  ["costPico", "Cost", "usd"],
  ["quality", "Quality (mean score)", "score"],
  ["thumbsUpShare", "Thumbs up", "share"],
  ["problems", "Problems reported", "count"],
];

function numbers({ whole, period, before, alerts }: Report): ReportTable {
  const rows = FIGURES.map(([key, label, kind]) => row(label, whole[key], kind));
  return {
    title: "In numbers",
    text: null,
    head: ["", period.name, before.name, "change"],
    rows: [...rows, row("Alerts that fired", alerts, "count")],
  };
}

const row = (label: string, { now, before }: Compared, kind: Kind): readonly string[] => [
  label,
  told(now, kind),
  told(before, kind),
  changeOf({ now, before }, kind),
];

function byEndpoint({ endpoints }: Report): ReportTable {
  const rows = endpoints.map(({ endpoint, figures: { calls, availability, firstTokenP95, costPico, quality } }) => [
    endpoint,
    told(calls.now, "count"),
    told(availability.now, "share"),
    told(firstTokenP95.now, "ms"),
    told(quality.now, "score"),
    told(costPico.now, "usd"),
    changeOf(costPico, "usd"),
  ]);
  const head = ["endpoint", "calls", "without a fault", "first token p95", "quality", "cost", "change of cost"];
  return { title: "Endpoints", text: rows.length === 0 ? "Nobody called." : null, head, rows };
}

function byModel({ models }: Report): ReportTable {
  const rows = models.map(({ model, costPico, calls }) => [
    model,
    told(calls.now, "count"),
    told(costPico.now, "usd"),
    changeOf(costPico, "usd"),
  ]);
  const text = rows.length === 0 ? "No model was asked." : null;
  return { title: "Models", text, head: ["model", "calls", "cost", "change of cost"], rows };
}

function errors({ errors: codes }: Report): ReportTable {
  const rows = codes.map(({ code, calls }) => [code, causeWords(code), told(calls, "count")]);
  return {
    title: "Failed calls by cause",
    text: rows.length === 0 ? "No call failed." : null,
    head: ["error", "", "calls"],
    rows,
  };
}

function releases({ rollouts }: Report): ReportTable {
  const rows = rollouts.map(({ candidate, endpoint, outcome, endedAt }) => [
    stamp(endedAt),
    candidate,
    endpoint,
    OUTCOMES[outcome] ?? outcome.replaceAll("_", " "),
  ]);
  const text = rows.length === 0 ? "No rollout ended." : null;
  return { title: "Releases", text, head: ["ended (UTC)", "release", "endpoint", "outcome"], rows };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  promoted: "promoted",
  observed: "only observed",
  harm: "rolled back: harm was proven",
  command: "rolled back by a person",
  shadow: "not passed in the shadow stage",
  trigger: "rolled back: a trigger fired",
  provider_fault: "rolled back: its provider failed",
  gate: "given up: a gate failed",
  expired: "given up: no proof in time",
  superseded: "made way for a newer release",
  cancelled: "cancelled",
};

function incidents({ incidents: all }: Report): ReportTable {
  const rows = all.map(({ title, impact, startedAt, lastedMs, id }) => [
    stamp(startedAt),
    title,
    impact,
    lastedMs === null ? "still open" : formatDuration(lastedMs),
    id,
  ]);
  const ended = all.flatMap(({ lastedMs }) => lastedMs ?? []);
  const mean = ended.length === 0 ? null : ended.reduce((sum, ms) => sum + ms, 0) / ended.length;
  const text =
    rows.length === 0 ? "No incident began." : mean === null ? null : `They took ${formatDuration(mean)} on average.`;
  return { title: "Incidents", text, head: ["began (UTC)", "what", "impact", "lasted", "id"], rows };
}

function budgets({ budgets: all }: Report): ReportTable {
  const rows = all.map(({ budget, subject, limitPico, spentPico, endsAt }) => [
    budget,
    subject,
    usd(Number(spentPico)),
    usd(Number(limitPico)),
    limitPico === 0n ? NO_DATA : percent(Number(spentPico) / Number(limitPico)),
    endsAt === null ? "no end" : stamp(endsAt),
  ]);
  const text = rows.length === 0 ? "No budget was used." : null;
  return { title: "Budgets", text, head: ["budget", "of", "spent", "limit", "share", "until (UTC)"], rows };
}

function told(value: number | null, kind: Kind): string {
  if (value === null) return NO_DATA;
  switch (kind) {
    case "count":
      return value.toLocaleString("en-US");
    case "share":
      return value > 0.99 && value < 1 ? `${(value * 100).toFixed(3)} %` : percent(value);
    case "ms":
      return formatDuration(value);
    case "usd":
      return usd(value);
    default:
      return value.toFixed(3);
  }
}

const usd = (pico: number): string =>
  `$${(pico / 1e12).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

/** Shares and scores by their difference, everything else by its ratio. */
function changeOf({ now, before }: Compared, kind: Kind): string {
  if (now === null || before === null) return "–";
  if (kind === "share") return `${sign(now - before)}${(Math.abs(now - before) * 100).toFixed(2)} points`;
  if (kind === "score") return `${sign(now - before)}${Math.abs(now - before).toFixed(3)}`;
  if (before === 0) return now === 0 ? "±0 %" : "new";
  const ratio = now / before - 1;
  return `${sign(ratio)}${(Math.abs(ratio) * 100).toFixed(ratio > 10 ? 0 : 1)} %`;
}

const sign = (value: number): string => (value > 0 ? "+" : value < 0 ? "−" : "±");

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");
