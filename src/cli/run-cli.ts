import { Command } from "commander";
import { VERSION } from "../contract/version.ts";
import { printable } from "../kit/printable.ts";
import { alerts } from "./alerts.ts";
import { apply, diff } from "./apply.ts";
import { backtest } from "./backtest.ts";
import { approvals } from "./approvals.ts";
import { consoleCommand } from "./console.ts";
import { freeze } from "./freeze.ts";
import { budgets } from "./budgets.ts";
import { cache } from "./cache.ts";
import { calls } from "./calls.ts";
import { CliError } from "./ask.ts";
import { catalogue } from "./catalogue.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { drill } from "./drill.ts";
import { feedback } from "./feedback.ts";
import { flags } from "./flags.ts";
import { incidents } from "./incidents.ts";
import { keys } from "./keys.ts";
import { now } from "./now.ts";
import { drift } from "./drift.ts";
import { limits } from "./limits.ts";
import { matrix } from "./matrix.ts";
import { environments, parity } from "./parity.ts";
import { pause } from "./pause.ts";
import { pipeline } from "./pipeline.ts";
import { providers } from "./providers.ts";
import { promote } from "./promote.ts";
import { releases } from "./releases.ts";
import { schema } from "./schema.ts";
import { series } from "./series.ts";
import { slos } from "./slos.ts";
import { sessions } from "./sessions.ts";
import { spend } from "./spend.ts";
import { storage } from "./storage.ts";
import { traces } from "./traces.ts";
import { report } from "./report.ts";
import { status } from "./status.ts";
import { versions } from "./versions.ts";
import { rollback } from "./rollback.ts";
import { rollout } from "./rollout.ts";
import { routing } from "./routing.ts";
import { results } from "./results.ts";

const COMMANDS: readonly AddCommand[] = [
  apply,
  diff,
  drift,
  status,
  now,
  incidents,
  report,
  rollout,
  rollback,
  approvals,
  consoleCommand,
  freeze,
  promote,
  parity,
  pipeline,
  environments,
  drill,
  backtest,
  releases,
  matrix,
  versions,
  routing,
  calls,
  sessions,
  traces,
  feedback,
  cache,
  results,
  catalogue,
  keys,
  limits,
  providers,
  budgets,
  pause,
  alerts,
  slos,
  flags,
  series,
  spend,
  storage,
  schema,
];

/** What the exit code says; docs/cli.md has the same. */
export const EXIT_CODES = `Exit codes:
  0  done, also where a release was held back (apply); nothing to apply (diff, apply --plan); no drift (drift); every
     rollout was completed (apply --wait); the rollout was not withdrawn (rollout watch)
  1  failed: a wrong command line, no server, a refusal of the server, mistakes in the project (apply, diff),
     a failed answer (calls replay), a rollout that was rolled back or aborted (rollout watch), or that was not
     completed (apply --wait)
  2  there is something to apply (diff, apply --plan); there is drift (drift);
     two environments would not behave alike (parity); a stage has failed (pipeline show); the candidate does harm
     (backtest)
  3  a rollout is still under way after the time-out (apply --wait); neither harm nor "no worse" is proven (backtest)
  4  nothing was done: a release was rolled back just now, by itself or by somebody, and nobody said --again (rollback)
`;

type Writer = (text: string) => void;

/**
 * Runs the command line; returns the exit code as in `EXIT_CODES`. `complain` gets what went wrong, so that it stands in the
 * way of nobody who reads the answer. Everything is written with control characters
 * escaped: recorded bytes, names and reasons were written by others and must not command the terminal.
 */
export async function runCli(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  output: Writer | { readonly out: Writer; readonly complain: Writer },
): Promise<number> {
  const { out, complain } = typeof output === "function" ? { out: output, complain: output } : output;
  let exitCode = 0;
  const write = (text: string): void => out(printable(text));
  const writeError = (text: string): void => complain(printable(text));
  const program = new Command("rollward")
    .description("Roll AI changes forward, ward users off the bad ones, roll back by itself.")
    .version(VERSION, "--version", "shows the version")
    .addHelpText("after", `\n${EXIT_CODES}`)
    .option("--url <url>", "where the server is (ROLLWARD_URL)")
    .option("--environment <name>", "the environment that is meant (ROLLWARD_ENVIRONMENT; default: the server's own)")
    .option("--json", "answer with JSON")
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: writeError });
  const line: CommandLine = {
    connection: () => ({
      url: program.opts<{ url?: string }>().url ?? environment["ROLLWARD_URL"] ?? "http://127.0.0.1:4400",
      key: environment["ROLLWARD_API_KEY"] ?? environment["ROLLWARD_ADMIN_KEY"] ?? null,
      environment: program.opts<{ environment?: string }>().environment ?? environment["ROLLWARD_ENVIRONMENT"] ?? null,
      isInsisted: program.opts<{ environment?: string }>().environment !== undefined,
    }),
    environment,
    say: (text) => write(`${text}\n`),
    warn: (text) => writeError(`${text}\n`),
    json: () => program.opts<{ json?: boolean }>().json === true,
    exitWith: (code) => {
      exitCode = code;
    },
  };
  for (const add of COMMANDS) add(program, line);
  try {
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    return explain(error, writeError);
  }
  return exitCode;
}

function explain(error: unknown, write: (text: string) => void): number {
  if (error instanceof CliError) {
    write(`${error.message}\n${error.help === null ? "" : `${error.help}\n`}`);
    return error.exitCode;
  }
  // Commander has written its own message; help and version are no failures.
  if (error instanceof Error && "exitCode" in error && typeof error.exitCode === "number") return error.exitCode;
  throw error;
}
