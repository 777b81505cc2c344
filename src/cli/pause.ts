import type { z } from "zod";
import { liftPause, listPauses, openPause } from "../contract/pauses.ts";
import type { pauseSubject, pauseView } from "../contract/pauses.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Subject = z.input<typeof pauseSubject>;
type Pause = z.output<typeof pauseView>;

interface SubjectOptions {
  readonly tenant?: string;
  readonly key?: string;
  readonly everything?: boolean;
  readonly model?: string;
}

const ONLY_HERE =
  "The database is away: only this server obeys it until that answers again. Say it to every other server too, with --url, or take them out of traffic.";

/** `rollward pause`, `rollward resume` and `rollward pauses`: the emergency stop. */
export const pause: AddCommand = (program, line) => {
  const about = (name: string, description: string) =>
    program
      .command(`${name} [endpoint]`)
      .description(description)
      .option("--tenant <tenant>", "the calls of a tenant")
      .option("--key <id>", "the calls of a key")
      .option("--everything", "all calls")
      .option("--model <provider/model>", "with an endpoint: its calls go around this model, to the next of its chain");
  about("pause", "stops new calls of an endpoint, a tenant, a key or everything within a second")
    .requiredOption("--reason <text>", "why; kept with your key's name (required)")
    .action(async (endpoint: string | undefined, options: SubjectOptions & { readonly reason: string }) => {
      const subject = subjectOf(endpoint, options);
      const made = await ask(line.connection(), openPause, {
        body: { subject, reason: options.reason },
        written: { "subject.name": writtenAs(subject), reason: "--reason" },
      });
      line.say(line.json() ? JSON.stringify(made) : `${named(made.subject)} is paused (${made.id}): ${made.reason}`);
      if (made.only_here && !line.json()) line.say(ONLY_HERE);
    });
  about("resume", "lets the calls in again")
    .option("--reason <text>", "why; kept with your key's name", "Resumed by hand.")
    .action(async (endpoint: string | undefined, options: SubjectOptions & { readonly reason: string }) =>
      resume(line, subjectOf(endpoint, options), options.reason),
    );
  program
    .command("pauses")
    .description("what is paused, by whom and why")
    .option("--all", "also what was lifted, and what rules only noted")
    .action(async ({ all = false }: { readonly all?: boolean }) => {
      const { data } = await ask(line.connection(), listPauses, { query: { all: String(all) } });
      const head = ["paused", "since", "by", "reason", "lifted"];
      line.say(line.json() ? JSON.stringify(data) : formatTable([head, ...data.map(rowOf)]));
    });
};

async function resume(line: CommandLine, subject: Subject, reason: string): Promise<void> {
  const { data } = await ask(line.connection(), listPauses, { query: { limit: "1000" } });
  const found = data.find((one) => named(one.subject) === named(subject));
  if (found === undefined) {
    throw new CliError(`${named(subject)} is not paused.`, "`rollward pauses` shows what is.");
  }
  const lifted = await ask(line.connection(), liftPause, { params: { pause: found.id }, body: { reason } });
  line.say(line.json() ? JSON.stringify(lifted) : `${named(lifted.subject)} takes calls again.`);
}

function subjectOf(endpoint: string | undefined, { tenant, key, everything, model }: SubjectOptions): Subject {
  const named: Subject[] = [];
  if (endpoint === undefined && model !== undefined) {
    throw new CliError("Say whose calls are to go around the model.", "Name an endpoint before --model.");
  }
  if (endpoint !== undefined) {
    named.push(model === undefined ? { type: "endpoint", name: endpoint } : { type: "model", endpoint, name: model });
  }
  if (tenant !== undefined) named.push({ type: "tenant", name: tenant });
  if (key !== undefined) named.push({ type: "key", name: key });
  if (everything === true) named.push({ type: "everything" });
  const [only] = named;
  if (only === undefined || named.length > 1) {
    throw new CliError("Say one thing to pause.", "Name an endpoint, or --tenant, --key or --everything.");
  }
  return only;
}

const writtenAs = ({ type }: Subject): string => (type === "endpoint" ? "The argument" : `--${type}`);

function named(subject: Subject): string {
  if (subject.type === "everything") return "everything";
  return subject.type === "model" ? `model ${subject.name} of ${subject.endpoint}` : `${subject.type} ${subject.name}`;
}

const rowOf = ({ subject, at, by, reason, lifted, rule }: Pause): readonly string[] => [
  named(subject),
  at,
  rule === null ? by : `rule ${rule.name}`,
  reason,
  endOf(lifted, rule),
];

function endOf(lifted: Pause["lifted"], rule: Pause["rule"]): string {
  if (rule !== null && rule.outcome !== "paused") return `not paused: ${lifted?.reason ?? ""}`;
  if (lifted !== null) return `${lifted.at} by ${lifted.by}: ${lifted.reason}`;
  return rule?.until == null ? "in force" : `in force until ${rule.until}`;
}
