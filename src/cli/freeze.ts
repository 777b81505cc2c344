import type { z } from "zod";
import { liftFreeze, listFreezes, openFreeze } from "../contract/freezes.ts";
import type { freezeView } from "../contract/freezes.ts";
import { parseDurationMs } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Freeze = z.output<typeof freezeView>;
type Planned = z.output<typeof listFreezes.answer>["planned"][number];

interface FreezeOptions {
  readonly everything?: boolean;
  readonly until?: string;
  readonly reason: string;
}

/** `rollward freeze`, `rollward unfreeze` and `rollward freezes`: nothing is released for a while. */
export const freeze: AddCommand = (program, line) => {
  program
    .command("freeze [endpoint]")
    .description(
      "keeps rollouts from starting, advancing and being promoted: of an endpoint, or of the environment; never from rolling back",
    )
    .option("--everything", "in all environments of the server")
    .option(
      "--until <when>",
      "when it ends by itself: an instant like 2027-01-02T08:00:00Z, or a time from now like 4h",
    )
    .requiredOption("-r, --reason <text>", "why; kept with your key's name (required)")
    .action(async (endpoint: string | undefined, options: FreezeOptions) => {
      const until = options.until === undefined ? null : instantOf(options.until);
      const body = { subject: subjectOf(endpoint, options), reason: options.reason, until };
      const made = await ask(line.connection(), openFreeze, {
        body,
        written: { until: "--until", subject: "The argument" },
      });
      const end = made.until === null ? "until it is lifted" : `until ${made.until}`;
      line.say(line.json() ? JSON.stringify(made) : `${named(made)} is frozen ${end} (${made.id}): ${made.reason}`);
    });
  program
    .command("unfreeze [endpoint-or-id]")
    .description("lifts a freeze: by its id, of an endpoint, or of the environment")
    .option("--everything", "the freeze of all environments")
    .option("-r, --reason <text>", "why; kept with your key's name", "Lifted by hand.")
    .action((name: string | undefined, options: FreezeOptions) => unfreeze(line, name, options));
  program
    .command("freezes")
    .description("what is frozen, by whom and why, and what the project plans to freeze")
    .option("--all", "also what is over")
    .action(async ({ all = false }: { readonly all?: boolean }) => {
      const answer = await ask(line.connection(), listFreezes, { query: { all: String(all) } });
      line.say(line.json() ? JSON.stringify(answer) : formatFreezes(answer.data, answer.planned));
    });
};

async function unfreeze(line: CommandLine, name: string | undefined, options: FreezeOptions): Promise<void> {
  const { data } = await ask(line.connection(), listFreezes, { query: { limit: "1000" } });
  const isMeant = ({ id, subject }: Freeze): boolean => {
    if (options.everything === true) return subject.type === "everything";
    if (name === undefined) return subject.type === "environment";
    return id === name || (subject.type === "endpoint" && subject.endpoint === name);
  };
  const found = data.filter(isMeant);
  if (found.length === 0) {
    throw new CliError(
      "That is not frozen.",
      "`rollward freezes` shows what is; what the project plans is changed in rollward.yaml.",
    );
  }
  const lifted: Freeze[] = [];
  for (const { id } of found) {
    lifted.push(await ask(line.connection(), liftFreeze, { params: { freeze: id }, body: { reason: options.reason } }));
  }
  line.say(
    line.json()
      ? JSON.stringify(lifted)
      : lifted.map((one) => `${named(one)} is no longer frozen by ${one.id}.`).join("\n"),
  );
}

function subjectOf(
  endpoint: string | undefined,
  { everything }: FreezeOptions,
): z.input<typeof openFreeze.body>["subject"] {
  if (everything !== true) return endpoint === undefined ? { type: "environment" } : { type: "endpoint", endpoint };
  if (endpoint === undefined) return { type: "everything" };
  throw new CliError("Say one thing to freeze.", "Name an endpoint, or --everything, or neither for the environment.");
}

function instantOf(text: string): string {
  const ms = parseDurationMs(text);
  const at = ms === null ? Date.parse(text) : Date.now() + ms;
  if (Number.isNaN(at))
    throw new CliError(`"${text}" is no instant and no time.`, "Write it like 2027-01-02T08:00:00Z or 4h.");
  return new Date(at).toISOString();
}

function named({ subject }: Pick<Freeze, "subject">): string {
  if (subject.type === "everything") return "everything";
  return subject.type === "environment"
    ? `environment ${subject.environment}`
    : `${subject.endpoint} in ${subject.environment}`;
}

function formatFreezes(data: readonly Freeze[], planned: readonly Planned[]): string {
  if (data.length === 0 && planned.length === 0) return "Nothing is frozen, and nothing is planned.";
  const head = ["frozen", "since", "by", "reason", "until"];
  const rows = data.map((one) => [named(one), one.at, one.by, one.reason, endOf(one)]);
  const plans = planned.map((one) => [
    one.endpoints?.join(", ") ?? "all endpoints",
    one.in_force ? "now" : `from ${one.next ?? "never again"}`,
    `rollward.yaml: ${one.name}`,
    one.reason,
    one.until ?? "–",
  ]);
  return formatTable([head, ...rows, ...plans]);
}

function endOf({ lifted, until, in_force: isInForce }: Freeze): string {
  if (lifted !== null) return `lifted ${lifted.at} by ${lifted.by}: ${lifted.reason}`;
  if (!isInForce) return `over since ${until ?? ""}`;
  return until ?? "lifted by hand";
}
