import type { z } from "zod";
import { evaluateFlag, killFlag, listFlags, restoreFlag, showFlag } from "../contract/flags.ts";
import type { evaluationView, flagSummary, flagView } from "../contract/flags.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Summary = z.output<typeof flagSummary>;
type View = z.output<typeof flagView>;
type Evaluation = z.output<typeof evaluationView>;

interface EvaluateOptions {
  readonly targetingKey?: string;
  readonly set?: readonly string[];
  readonly context?: string;
  readonly key?: string;
}

/** `rollward flags list|show|evaluate|kill|restore`. */
export const flags: AddCommand = (program, line) => {
  const group = program.command("flags").description("feature flags");
  group
    .command("list")
    .description("all flags: what is killed, how often each was asked for, and which can be taken out")
    .option("--stale", "only those that can be taken out")
    .action(async ({ stale = false }: { readonly stale?: boolean }) => {
      const { data } = await ask(line.connection(), listFlags, { query: { stale: String(stale) } });
      line.say(line.json() ? JSON.stringify(data) : formatList(data, stale));
    });
  group
    .command("show <flag>")
    .description("its rules, how often each variant was served, and who killed and restored it")
    .action(async (flag: string) => {
      const view = await ask(line.connection(), showFlag, { params: { flag }, written: WRITTEN });
      line.say(line.json() ? JSON.stringify(view) : formatFlag(view));
    });
  group
    .command("evaluate <flag>")
    .description("what it is for a context, and which rule decided; nothing is counted")
    .option("--targeting-key <text>", "whom to evaluate it for")
    .option("--set <name=value...>", "attributes of the context; a value that reads as JSON is taken as JSON")
    .option("--context <json>", "the whole context")
    .option("--key <id>", "whose sessions, for a flag of an endpoint")
    .action(async (flag: string, options: EvaluateOptions) => {
      const body = { context: contextOf(options), ...(options.key !== undefined && { key: options.key }) };
      const written = { ...WRITTEN, key: "--key" };
      const evaluation = await ask(line.connection(), evaluateFlag, { params: { flag }, body, written });
      line.say(line.json() ? JSON.stringify(evaluation) : formatEvaluation(evaluation));
    });
  addSwitches(group, line);
};

/** What the person wrote a field as. */
const WRITTEN = { flag: "The flag", reason: "--reason" };

function addSwitches(group: Parameters<AddCommand>[0], line: CommandLine): void {
  group
    .command("kill <flag>")
    .description("serves its off variant to everybody, everywhere within a second")
    .requiredOption("--reason <text>", "why; kept with your key's name (required)")
    .action(async (flag: string, { reason }: { readonly reason: string }) => {
      const input = { params: { flag }, body: { reason }, written: WRITTEN };
      const killed = await ask(line.connection(), killFlag, input);
      line.say(line.json() ? JSON.stringify(killed) : formatKilled(killed));
    });
  group
    .command("restore <flag>")
    .description("lets a killed flag go by its rules again")
    .option("--reason <text>", "why; kept with your key's name", "Restored by hand.")
    .action(async (flag: string, { reason }: { readonly reason: string }) => {
      const input = { params: { flag }, body: { reason }, written: WRITTEN };
      const restored = await ask(line.connection(), restoreFlag, input);
      line.say(line.json() ? JSON.stringify(restored) : `${restored.flag} goes by its rules again.`);
    });
}

function contextOf({ targetingKey, set = [], context }: EvaluateOptions): Record<string, unknown> {
  return {
    ...(context === undefined ? {} : parsedContext(context)),
    ...(targetingKey !== undefined && { targetingKey }),
    ...Object.fromEntries(set.map(attributeOf)),
  };
}

function parsedContext(text: string): Record<string, unknown> {
  const value = parsed(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new CliError("--context is not a JSON object.", `Write it like '{"targetingKey":"ada","plan":"pro"}'.`);
}

function attributeOf(written: string): [string, unknown] {
  const at = written.indexOf("=");
  if (at <= 0) throw new CliError(`"${written}" names no attribute.`, "Write it like --set plan=pro.");
  const text = written.slice(at + 1);
  return [written.slice(0, at), parsed(text) ?? text];
}

/** A text as JSON; `undefined` for one that is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function formatList(data: readonly Summary[], stale: boolean): string {
  if (data.length === 0) return stale ? "No flag can be taken out." : "There are no flags.";
  const head = ["flag", "state", "rules", "evaluations", "last evaluated", "description"];
  const rows = data.map((one) => [
    one.flag,
    stateOf(one),
    String(one.rules),
    String(one.evaluations),
    one.evaluated_at ?? "never",
    one.description,
  ]);
  return formatTable([head, ...rows]);
}

function stateOf({ killed, stale }: Summary): string {
  const worn =
    stale === null ? "" : stale.why === "one-sided" ? `stale: always ${stale.variant}` : "stale: never evaluated";
  if (killed === null) return worn === "" ? "on its rules" : worn;
  return `killed by ${killed.by}${worn === "" ? "" : `, ${worn}`}`;
}

const formatKilled = ({ flag, off_variant: off, killed, default_variant: usual, rules }: Summary): string => {
  const said = `${flag} is killed: everybody gets ${off}. ${killed?.by ?? ""}: ${killed?.reason ?? ""}`;
  const isIdle = off === usual && rules === 0;
  return isIdle ? `${said}\nThat is what everybody got before: give the flag an off_variant in rollward.yaml.` : said;
};

function formatFlag(view: View): string {
  const { rules_in_order: rules, counts, kills } = view;
  return [
    `${view.flag} (${view.type}): ${stateOf(view)}${view.description === "" ? "" : `\n${view.description}`}`,
    "",
    formatTable([
      ["variant", "value", "evaluations", "last"],
      ...Object.entries(view.values).map(([variant, value]) => {
        const count = counts.find((one) => one.variant === variant);
        return [variant, JSON.stringify(value), String(count?.evaluations ?? 0), count?.last_at ?? "never"];
      }),
    ]),
    "",
    ...rules.map((rule, index) => `${index + 1}. ${rule.name}: ${rule.for} get ${servesOf(rule)}`),
    `${rules.length === 0 ? "Everybody gets" : "Everybody else gets"} ${view.default_variant}; off is ${view.off_variant}.`,
    ...view.prerequisites.map(({ flag, variants }) => `It is off unless ${flag} is ${variants.join(" or ")}.`),
    ...failuresOf(counts),
    ...kills.map(
      ({ at, by, reason, restored }) =>
        `${at} killed by ${by}: ${reason}${restored === null ? "" : `; ${restored.at} restored by ${restored.by}: ${restored.reason}`}`,
    ),
  ].join("\n");
}

function servesOf({ serves, share, in_force: isInForce }: View["rules_in_order"][number]): string {
  const part = share === 1 ? "" : `, ${Number((share * 100).toFixed(8))}% of them`;
  return `${serves}${part}${isInForce ? "" : " (not in force now)"}`;
}

function failuresOf(counts: View["counts"]): readonly string[] {
  const failed = counts.find(({ variant }) => variant === "(error)");
  return failed === undefined ? [] : [`${failed.evaluations} evaluations failed, the last one ${failed.last_at}.`];
}

function formatEvaluation({ flag, value, variant, reason, rule, cause, error }: Evaluation): string {
  if (error !== null) return `${flag} cannot be evaluated (${error.code}): ${error.message}`;
  const why = rule === null ? (cause === null ? "" : `, ${CAUSES[cause]}`) : `, by the rule ${rule}`;
  return `${flag} is ${JSON.stringify(value)} (${variant}): ${reason}${why}`;
}

const CAUSES = { killed: "killed", schedule: "out of its time", prerequisite: "a prerequisite is missing" } as const;
