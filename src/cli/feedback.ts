import type { z } from "zod";
import { listFeedback, sendFeedback } from "../contract/feedback.ts";
import type { feedbackView } from "../contract/feedback.ts";
import { listToJudge } from "../contract/rollouts.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Feedback = z.output<typeof feedbackView>;
type Answer = z.output<typeof sendFeedback.answer>;

interface SendOptions {
  readonly session?: string;
  readonly endpoint?: string;
  readonly up?: boolean;
  readonly down?: boolean;
  readonly problem?: string;
  readonly category?: string;
  readonly score?: readonly string[];
  readonly judge?: string;
  readonly correction?: string;
  readonly id?: string;
}

/** `rollward feedback list|send`. */
export const feedback: AddCommand = (program, line) => {
  const group = program.command("feedback").description("what users, reviewers and judges say of calls");
  group
    .command("list [endpoint]")
    .description("what was said, and metrics of applications' own; newest first")
    .option("--kind <kind>", "thumbs, problem, score, correction or metric")
    .option("--call <id>", "about one call")
    .option("--session <id>", "about one session")
    .option("--rollout <id>", "about sessions of one rollout")
    .option("--release <name>", "about one release, for example support-bot@7")
    .option("-n, --limit <count>", "how many, at most 200", "20")
    .action(async (endpoint: string | undefined, options: Record<string, string | undefined>) => {
      const { data } = await ask(line.connection(), listFeedback, { query: { endpoint, ...options }, written: LISTED });
      line.say(line.json() ? JSON.stringify(data) : describeFeedback(data));
    });
  addSend(group, line);
  group
    .command("due <rollout>")
    .description("which sessions a rollout has judged; their arms are not told")
    .option("--before <call>", "older ones, from the answer before")
    .option("-n, --limit <count>", "how many calls are looked at, at most 200", "50")
    .action(async (rollout: string, options: Record<string, string | undefined>) => {
      const answer = await ask(line.connection(), listToJudge, {
        params: { rollout },
        query: options,
        written: { rollout: "The argument", before: "--before", limit: "--limit" },
      });
      line.say(line.json() ? JSON.stringify(answer) : describeDue(answer));
    });
};

/** What is to be judged as a table, and how. */
function describeDue({ score, digest, data, next }: z.output<typeof listToJudge.answer>): string {
  const wanted = `Score \`${score}\` as the judge \`${digest}\`.`;
  if (data.length === 0) return `${wanted} No session of these calls is to be judged.`;
  const rows = data.map(({ call, session, at }) => [call, session, at]);
  const more = next === null ? [] : [`Older ones: --before ${next}`];
  return [wanted, formatTable([["call", "session", "at"], ...rows]), ...more].join("\n");
}

const LISTED = {
  endpoint: "The argument",
  kind: "--kind",
  call: "--call",
  session: "--session",
  rollout: "--rollout",
  release: "--release",
  limit: "--limit",
};

const SENT = {
  call: "The argument",
  session: "--session",
  endpoint: "--endpoint",
  scores: "--score",
  judge: "--judge",
  correction: "--correction",
  id: "--id",
};

function addSend(group: Parameters<AddCommand>[0], line: CommandLine): void {
  group
    .command("send [call]")
    .description("says something of a call, or of a session")
    .option("--session <id>", "of the session as a whole, in place of a call")
    .option("--endpoint <name>", "whose session, where several have one of that name")
    .option("--up", "thumbs up")
    .option("--down", "thumbs down")
    .option("--problem <comment>", "what is wrong with it")
    .option("--category <word>", "of what kind the problem is")
    .option("--score <name=value...>", "a score from 0 to 1, several times for several")
    .option("--judge <digest>", "who scored")
    .option("--correction <text>", "what the answer should have been")
    .option("--id <id>", "sent again under the same id it changes nothing")
    .action(async (call: string | undefined, options: SendOptions) => {
      const answer = await ask(line.connection(), sendFeedback, { body: bodyOf(call, options), written: SENT });
      line.say(line.json() ? JSON.stringify(answer) : describeAnswer(answer));
    });
}

function bodyOf(call: string | undefined, options: SendOptions): object {
  const { up, down, problem, category, score, session, endpoint, judge, correction, id } = options;
  if (up === true && down === true) throw new CliError("A thumb points up or down.", "Leave out --up or --down.");
  const isProblem = problem !== undefined || category !== undefined;
  return {
    ...Object.fromEntries(
      Object.entries({ id, call, session, endpoint, judge, correction }).filter(([, value]) => value !== undefined),
    ),
    ...((up === true || down === true) && { thumbs: up === true ? "up" : "down" }),
    ...(isProblem && { problem: { ...(problem && { comment: problem }), ...(category && { category }) } }),
    ...(score !== undefined && { scores: Object.fromEntries(score.map(scoreOf)) }),
  };
}

function scoreOf(written: string): readonly [string, number] {
  const at = written.lastIndexOf("=");
  const value = Number(written.slice(at + 1));
  if (at > 0 && written.length > at + 1 && Number.isFinite(value)) return [written.slice(0, at), value];
  throw new CliError(`${written} is no score.`, "Write it like --score helpful=0.8.");
}

/** What was said as a table. */
export function describeFeedback(data: readonly Feedback[]): string {
  if (data.length === 0) return "Nothing has been said.";
  const head = ["at", "call or session", "release", "arm", "said", "text"];
  return formatTable([head, ...data.map(rowOf)]);
}

const rowOf = (one: Feedback): readonly string[] => [
  one.at,
  one.call ?? one.session ?? "–",
  one.release ?? "–",
  one.arm ?? "–",
  saidOf(one),
  one.text ?? "",
];

function saidOf({ kind, name, value, judge }: Feedback): string {
  if (kind === "thumbs") return value === 1 ? "thumbs up" : "thumbs down";
  const what = name === null ? kind : `${kind} ${name}`;
  if (value === null) return what;
  return judge === null ? `${what} ${value}` : `${what} ${value} by ${judge}`;
}

/** What became of something that was sent, a line each. */
function describeAnswer({ id, duplicate, evidence, evicted }: Answer): string {
  return [
    duplicate ? `${id} was known; nothing was changed.` : `${id} is kept.`,
    ...evidence.map(({ said, used }) => `${said}: ${USED[used]}`),
    ...(evicted ? ["The kept answer that served the call is forgotten."] : []),
  ].join("\n");
}

const USED: Readonly<Record<Answer["evidence"][number]["used"], string>> = {
  counted: "evidence of the rollout",
  handed_on: "evidence, for the server that has the session",
  late: "came after the session's window, so it is no evidence",
  known: "the session has had its say already",
  not_sampled: "the session is not one of those to judge",
  not_compared: "the rollout does not compare it",
  no_event: "nothing that counts as an event",
  other_judge: "scored by another judge than the rollout's",
  no_rollout: "no rollout is under way that the session is part of",
};
