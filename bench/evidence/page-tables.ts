import type { Check, Outcomes } from "./checks.ts";
import type { Outcome } from "./scenario.ts";
import { LIFTS } from "./scenarios/ab.ts";
import { STRESS } from "./scenarios/stress.ts";
import { median } from "./statistics.ts";

/** A table of the page. */
interface PageTable {
  readonly title: string;
  readonly note: string;
  readonly columns: readonly string[];
  readonly rowsOf: (outcomes: Outcomes, checks: readonly Check[]) => readonly (readonly string[])[];
}

const NOTHING = "–";

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const shareOf = (outcome: Outcome | undefined, rate: string): string =>
  outcome === undefined ? NOTHING : percent(outcome.counted(rate) / outcome.runs);

/** "75.1 % (31)": rolled back within the hour, and the median of candidate requests by then. */
function byHour(outcome: Outcome | undefined): string {
  if (outcome === undefined) return NOTHING;
  const middle = median(outcome.samples("candidateRequestsAtDecision"));
  const share = shareOf(outcome, "by60");
  return middle === null || outcome.counted("by60") * 10 < outcome.runs ? share : `${share} (${Math.round(middle)})`;
}

const cellsOf = (outcomes: Outcomes, ids: readonly string[]): readonly string[] =>
  ids.map((id) => byHour(outcomes.get(id)));

const TRUTHS = {
  none: "no change",
  "1to3": "1 → 3 %",
  "1to10": "1 → 10 %",
  incident: "incident on both arms",
} as const;
const ERROR_RULES = [
  "harm-e-r1.25",
  "harm-e",
  "flagger99",
  "flagger95",
  "argo95",
  "peek-z",
  "kayenta-like",
  "asympcs-5000",
];
const TIMES = {
  "lat-none": "no change",
  "lat-plus30": "+30 %",
  "lat-x2-both": "both arms × 2 for ten minutes",
} as const;
const TIME_RULES = ["tail-e", "flagger-p99", "peek-t", "asympcs-5000"];
/** The shipped rank test on the same distributions, where it is simulated. */
const RANKS: Readonly<Record<string, string>> = {
  "100 lat-none": "blocks.R100.w0.05.x1.0.drift-0.0.B40.rank-e-fix",
  "100 lat-plus30": "blocks.R100.w0.05.x1.3.drift-0.0.B20.rank-e-fix",
  "1000 lat-none": "blocks.R1000.w0.05.x1.none.B20.rank-e-fix",
  "1000 lat-x2-both": "blocks.R1000.w0.05.x1.x2.B20.rank-e-fix",
};
const STRESS_RULES = ["rollward", "flagger99", "flagger95", "argo95", "peek-z"];

function rankCell(outcome: Outcome | undefined): string {
  if (outcome === undefined) return NOTHING;
  const middle = median(outcome.samples("candidateRequestsAtDecision"));
  const isOften = outcome.counted("rollback") * 10 >= outcome.runs;
  return `${shareOf(outcome, "rollback")}${isOften && middle !== null ? ` (${Math.round(middle)})` : ""}`;
}

/** What happens when sessions, epochs, order or assignment are left out: entry, its rates, and what they are called. */
const NAIVE: readonly (readonly [what: string, id: string, ours: string, theirs: string, naive: string])[] = [
  [
    "failures in bad sessions, w = 5 %",
    "clustering.w0.05.badSessions0.01.errorRate1.0",
    "falseRollbackSessionUnit",
    "falseRollbackRequestUnit",
    "every request counts",
  ],
  [
    "failures in bad sessions, w = 50 %",
    "clustering.w0.5.badSessions0.01.errorRate1.0",
    "falseRollbackSessionUnit",
    "falseRollbackRequestUnit",
    "every request counts",
  ],
  ["ramp with drift", "ramp.drift", "harmEWithEpochWeights", "pooledZPeek", "pooled z over all weights"],
  ["judge scores that come late", "judge.delay", "closedBlocks", "arrivalOrder", "pairs in order of arrival"],
  [
    "errors of stable 10 min late, 100/min",
    "errors.delay.R100.late10",
    "assignmentOrder",
    "arrivalOrder",
    "in order of arrival",
  ],
  [
    "errors of stable 60 min late, 100/min",
    "errors.delay.R100.late60",
    "assignmentOrder",
    "arrivalOrder",
    "in order of arrival",
  ],
  [
    "errors of stable 10 min late, 1000/min",
    "errors.delay.R1000.late10",
    "assignmentOrder",
    "arrivalOrder",
    "in order of arrival",
  ],
  ["four dependent metrics", "many-metrics.four-nested", "averageOfE", "uncorrected", "each metric at α"],
];

/** The tables of docs/evidence.md, in order. */
export const TABLES: readonly PageTable[] = [
  {
    title: "Errors, beside the rules of other products",
    note: "Share of runs that roll back within the hour; in brackets the median of candidate requests by then, where at least one run in ten does. 5 % of sessions on the candidate, 1 % of stable's sessions fail.",
    columns: [
      "sessions/min",
      "truth",
      "Rollward, margin 1.25",
      "Rollward, no margin",
      "Flagger 99 %",
      "Flagger 95 %",
      "Argo 95 %",
      "peeked z",
      "Kayenta-like",
      "asymptotic sequence",
    ],
    rowsOf: (outcomes) =>
      [20, 100, 1_000].flatMap((rate) =>
        Object.entries(TRUTHS).map(([truth, words]) => [
          String(rate),
          words,
          ...cellsOf(
            outcomes,
            ERROR_RULES.map((rule) => `errors.R${rate}.w0.05.${truth}.${rule}`),
          ),
        ]),
      ),
  },
  {
    title: "Latency, beside the rules of other products",
    note: "The same for times of answers, lognormal with a median of 1.2 s and σ = 0.6. The rank test looks after every block of 20 sessions (40 in the first row).",
    columns: [
      "sessions/min",
      "truth",
      "Rollward, ranks",
      "Rollward, tail",
      "Flagger p99 × 1.2",
      "peeked Welch t",
      "asymptotic sequence",
    ],
    rowsOf: (outcomes) =>
      [100, 1_000].flatMap((rate) =>
        Object.entries(TIMES).map(([truth, words]) => [
          String(rate),
          words,
          rankCell(outcomes.get(RANKS[`${rate} ${truth}`] ?? "")),
          ...cellsOf(
            outcomes,
            TIME_RULES.map((rule) => `latency.R${rate}.${truth}.${rule}`),
          ),
        ]),
      ),
  },
  {
    title: "Every weather, beside the rules of other products",
    note: "100 sessions a minute for an hour. Names with x10 have a candidate that fails ten times as often; in all others it is no different, and whatever is rolled back is rolled back by mistake.",
    columns: ["weather", "Rollward, margin 1.25", "Flagger 99 %", "Flagger 95 %", "Argo 95 %", "peeked z"],
    rowsOf: (outcomes) =>
      STRESS.map(({ name }) => [
        name.slice("stress.".length),
        ...cellsOf(
          outcomes,
          STRESS_RULES.map((rule) => `${name}.${rule}`),
        ),
      ]),
  },
  {
    title: "What the obvious analysis does",
    note: "False rollback of the shipped analysis and of the obvious one on the same sessions.",
    columns: ["situation", "Rollward", "obvious", "what is obvious"],
    rowsOf: (outcomes) => [
      ...NAIVE.map(([what, id, ours, theirs, naive]) => [
        what,
        shareOf(outcomes.get(id), ours),
        shareOf(outcomes.get(id), theirs),
        naive,
      ]),
      [
        "1 → 10 % errors, repaired by a fallback (detection)",
        shareOf(outcomes.get("fallback.itt"), "detectedIntentionToTreat"),
        shareOf(outcomes.get("fallback.itt"), "detectedWithMixedSessionsExcluded"),
        "sessions with a fallback left out",
      ],
    ],
  },
  {
    title: "False decisions",
    note: "Every situation in which a decision is a mistake: false rollbacks against α, false certificates against β, both 5 %; a winner of two equal arms against α/2. “At least” is the one-sided 99 % limit of Clopper and Pearson; it must lie below that.",
    columns: ["situation", "mistake", "how often", "within"],
    rowsOf: (_, checks) =>
      checks
        .filter(({ name }) => name.startsWith("validity of "))
        .map(({ id, name, detail, passed }) => [id, name.slice("validity of ".length), detail, passed ? "yes" : "NO"]),
  },
  {
    title: "The default plan",
    note: "Errors, latency and cost together as a plan has them that says nothing: rolled back, certified, and the median of candidate sessions at a rollback.",
    columns: ["situation", "runs", "rolled back", "certified", "median candidate sessions"],
    rowsOf: (outcomes) =>
      [...outcomes.values()]
        .filter(({ id }) => id.startsWith("product."))
        .map((outcome) => {
          const middle = median(outcome.samples("candidateSessions"));
          const shares = [shareOf(outcome, "rolledBack"), shareOf(outcome, "promoted")];
          return [
            outcome.id.slice("product.".length),
            String(outcome.runs),
            ...shares,
            middle === null ? NOTHING : String(middle),
          ];
        }),
  },
  {
    title: "A/A tests and a known lift",
    note: "A/A: 100,000 sessions of two equal arms. Lift: the goal is 20 % better on the candidate, and the test ends with the sessions that were planned for finding that with a probability of 80 %.",
    columns: ["test", "sessions", "runs", "candidate won", "stable won"],
    rowsOf: (outcomes) =>
      ["aa.errors", "aa.orders", "lift.errors", "lift.orders"].map((id) => {
        const outcome = outcomes.get(id);
        const sessions = LIFTS.find((lift) => lift.id === id)?.sessions ?? 100_000;
        const wins = [shareOf(outcome, "candidateWon"), shareOf(outcome, "stableWon")];
        return [id, sessions.toLocaleString("en-US"), String(outcome?.runs ?? 0), ...wins];
      }),
  },
];

/** A table in Markdown. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}
