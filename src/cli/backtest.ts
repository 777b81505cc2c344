import type { Command } from "commander";
import type { z } from "zod";
import { listBacktests, planBacktest, showBacktest, startBacktest, stopBacktest } from "../contract/backtests.ts";
import type { backtestView } from "../contract/backtests.ts";
import { agrees } from "./agrees.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatBacktest, formatBacktests, formatPlan, progressText } from "./format-backtest.ts";
import { timeSpan } from "./time-span.ts";

type Backtest = z.output<typeof backtestView>;

/** How often it is looked how far a backtest has come, ms. */
const WATCH_MS = 1_000;

/** What the exit code says of a verdict. */
const EXIT: Readonly<Record<string, number>> = { "non-inferior": 0, harm: 2, inconclusive: 3 };

interface Options {
  readonly calls: string;
  readonly sample: string;
  readonly against: string;
  readonly budgetUsd?: string;
  readonly seed?: string;
  readonly concurrency: string;
  readonly yes?: boolean;
  readonly estimate?: boolean;
  readonly detach?: boolean;
}

/** `rollward backtest <release>`, and `list|show|start|stop`. */
export const backtest: AddCommand = (program, line) => {
  const group = program
    .command("backtest [release]")
    .description("replays recorded sessions against a release and compares it with the one that answered them")
    .option("--calls <time>", "which recorded calls", "last 7 days")
    .option("--sample <sessions>", "how many sessions", "500")
    .option("--against <release>", "the release that answered them", "stable")
    .option("--budget-usd <amount>", "most that it may cost; what it can cost at most by default")
    .option("--seed <text>", "draws another sample; the same seed draws the same")
    .option("--concurrency <sessions>", "sessions replayed at the same time", "4")
    .option("--estimate", "only say what it would cost")
    .option("-y, --yes", "begin without asking")
    .option("--detach", "begin and do not wait for the end")
    .action((release: string | undefined, options: Options, command: Command) => {
      if (release === undefined) return command.help({ error: true });
      return run(line, release, options);
    });
  addOthers(group, line);
};

function addOthers(group: Command, line: CommandLine): void {
  group
    .command("list [endpoint]")
    .description("backtests, newest first")
    .action(async (endpoint?: string) => {
      const { data } = await ask(line.connection(), listBacktests, { query: { endpoint, limit: 20 } });
      line.say(line.json() ? JSON.stringify(data) : formatBacktests(data));
    });
  group
    .command("show <backtest>")
    .description("a backtest and what it found, or has found so far; the exit code says its verdict")
    .action(async (id: string) => {
      const shown = await ask(line.connection(), showBacktest, { params: { backtest: id }, query: { so_far: true } });
      line.say(line.json() ? JSON.stringify(shown) : formatBacktest(shown));
      line.exitWith(exitOf(shown));
    });
  group
    .command("start <backtest>")
    .description("agrees to what a planned backtest costs")
    .action(async (id: string) => {
      const begun = await ask(line.connection(), startBacktest, { params: { backtest: id } });
      line.say(line.json() ? JSON.stringify(begun) : progressText(begun));
    });
  group
    .command("stop <backtest>")
    .description("stops a backtest; what was compared until then can be read")
    .action(async (id: string) => {
      const stopped = await ask(line.connection(), stopBacktest, { params: { backtest: id } });
      line.say(line.json() ? JSON.stringify(stopped) : formatBacktest(stopped));
    });
}

/** What the fields of a plan are called here. */
const WRITTEN = {
  candidate: "The argument",
  against: "--against",
  sample: "--sample",
  since: "--calls",
  until: "--calls",
  seed: "--seed",
  budget_usd: "--budget-usd",
  concurrency: "--concurrency",
};

async function run(line: CommandLine, candidate: string, options: Options): Promise<void> {
  const { since, until } = timeSpan(options.calls, Date.now());
  const planned = await ask(line.connection(), planBacktest, {
    body: {
      candidate,
      against: options.against,
      since,
      ...(until !== null && { until }),
      sample: Number(options.sample),
      concurrency: Number(options.concurrency),
      ...(options.budgetUsd !== undefined && { budget_usd: Number(options.budgetUsd) }),
      ...(options.seed !== undefined && { seed: options.seed }),
    },
    written: WRITTEN,
  });
  if (options.estimate === true) {
    await ask(line.connection(), stopBacktest, { params: { backtest: planned.id } });
    return line.say(line.json() ? JSON.stringify(planned) : formatPlan(planned));
  }
  if (!line.json()) line.say(`${formatPlan(planned)}\n`);
  if (options.yes !== true && !(await agrees("Begin?"))) {
    throw new CliError(
      `${planned.id} has not begun.`,
      `Agree with \`--yes\`, or within an hour with \`rollward backtest start ${planned.id}\`.`,
    );
  }
  const begun = await ask(line.connection(), startBacktest, { params: { backtest: planned.id } });
  if (options.detach === true) return line.say(line.json() ? JSON.stringify(begun) : progressText(begun));
  await watch(line, begun);
}

/** Tells every tenth of the way, and the result. Who goes away leaves it running. */
async function watch(line: CommandLine, begun: Backtest): Promise<void> {
  let told = 0;
  for (;;) {
    const shown = await ask(line.connection(), showBacktest, { params: { backtest: begun.id } });
    if (shown.state === "ended") {
      line.say(line.json() ? JSON.stringify(shown) : formatBacktest(shown));
      return line.exitWith(exitOf(shown));
    }
    const tenth = Math.floor((10 * shown.progress.done) / Math.max(1, shown.estimate.sessions));
    if (!line.json() && tenth > told) line.say(progressText(shown));
    told = Math.max(told, tenth);
    await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  }
}

/** Only one that came to its end, or to that of its budget, has a verdict to go by. */
function exitOf({ ended, result }: Backtest): number {
  const isOver = ended?.how === "complete" || ended?.how === "budget";
  return isOver && result !== null ? (EXIT[result.verdict] ?? 3) : 3;
}
