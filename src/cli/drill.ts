import type { z } from "zod";
import { runDrill } from "../contract/drills.ts";
import { ask } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";

interface DrillOptions {
  readonly harm: string;
  readonly runs: string;
  readonly sessionsPerHour?: string;
}

/** `rollward drill <endpoint>`: would a harmful release be found, when, and how fast would it be gone? */
export const drill: AddCommand = (program, line) => {
  program
    .command("drill <endpoint>")
    .description("rehearses the rollback of a harmful release by the endpoint's plan; no session of a user is touched")
    .option(
      "--harm <harm>",
      "errors:10%, refusals:20%, invalid-output:20%, abandoned:10%, latency:1.5x or cost:1.5x",
      "errors:10%",
    )
    .option("--runs <n>", "rehearsals", "20")
    .option("--sessions-per-hour <n>", "new sessions an hour; default: as many as were recorded lately")
    .action(async (endpoint: string, { harm, runs, sessionsPerHour }: DrillOptions) => {
      const answer = await ask(line.connection(), runDrill, {
        params: { endpoint },
        body: {
          harm,
          runs: Number(runs),
          ...(sessionsPerHour !== undefined && { sessions_per_hour: Number(sessionsPerHour) }),
        },
        written: { harm: "--harm", runs: "--runs", sessions_per_hour: "--sessions-per-hour" },
      });
      line.say(line.json() ? JSON.stringify(answer) : describeDrill(answer));
      if (answer.ends.promoted > 0 || answer.found === null) line.exitWith(1);
    });
};

type Drill = z.output<typeof runDrill.answer>;

/** What a drill found, in sentences. */
export function describeDrill(drill: Drill): string {
  const { endpoint, harm, runs, traffic, withdrawal } = drill;
  const rate = `${Number(traffic.sessions_per_hour.toPrecision(3)).toLocaleString("en-US")} new sessions an hour`;
  const like =
    traffic.source === "recorded"
      ? `sessions like the ${traffic.recorded.toLocaleString("en-US")} recorded lately`
      : "typical sessions, because too few are recorded";
  return [
    `${runs} rehearsals of a release of ${endpoint} with ${harm}, at ${rate}, ${like}:`,
    ...endsOf(drill),
    `A real withdrawal, on a channel that nobody can call: out of traffic here after ${ms(withdrawal.stopped_here_ms)}, on ${
      withdrawal.servers === 1 ? "the one server" : `all ${withdrawal.servers} servers`
    } and in the log after ${ms(withdrawal.everywhere_ms)} (${withdrawal.rollout}).`,
  ].join("\n");
}

function endsOf({ ends, found, found_by, runs, most_sessions }: Drill): readonly string[] {
  const by = Object.entries(found_by).map(([metric, count]) => `${metric} in ${count}`);
  const seen = ends.rolled_back + ends.held;
  return [
    ...(found === null
      ? []
      : [
          `  ${seen} of ${runs} ${ends.held > 0 ? "were held or rolled back" : "were rolled back"}, found by ${by.join(", ")}.`,
          `  Found after ${time(found.after_seconds.median)} (at worst ${time(found.after_seconds.worst)}), when ${count(found.candidate_sessions.median)} had seen the candidate (at worst ${found.candidate_sessions.worst.toLocaleString("en-US")}).`,
        ]),
    ...(ends.promoted === 0
      ? []
      : [
          `  ${ends.promoted} of ${runs} were PROMOTED: the plan does not see this harm.`,
          `  A metric that looks for it belongs into \`rollout.metrics\`; docs/metrics.md lists them.`,
        ]),
    ...(ends.undecided === 0
      ? []
      : [`  ${ends.undecided} of ${runs} came to no end within ${most_sessions.toLocaleString("en-US")} sessions.`]),
    ...(ends.other === 0 ? [] : [`  ${ends.other} of ${runs} ended for another reason, for example the deadline.`]),
  ];
}

const count = (sessions: number): string =>
  `${sessions.toLocaleString("en-US")} ${sessions === 1 ? "session" : "sessions"}`;

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

function time(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${(seconds / 3_600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}
