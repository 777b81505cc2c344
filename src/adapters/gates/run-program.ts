import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../ports/clock.ts";
import { OutputTail } from "./output-tail.ts";

/** What of a program's output is kept: its end, bytes. */
const KEPT_BYTES = 64 * 1024;
/** A program that is stopped has this long to end by itself, ms. */
const GRACE_MS = 2_000;
/** A program that has ended may have left others behind that hold its output open; they are not waited for longer, ms. */
const CLOSE_MS = 500;

/** What running programs needs. */
export interface ProgramTerms {
  /** The operator's directory with the programs that projects may name; `null`: this server runs none. */
  readonly directory: string | null;
  readonly clock: Clock;
  /** The search path for what programs call themselves; they get nothing else of the server's environment. */
  readonly path: string;
}

/** One run. */
export interface ProgramRun {
  /** File name in the directory. */
  readonly program: string;
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Written to its standard input; absent is none. */
  readonly input?: string;
  readonly signal: AbortSignal;
}

/** How a run ended, or in a clause why there was none. */
export type ProgramEnd =
  | {
      readonly code: number | null;
      readonly by: NodeJS.Signals | null;
      /** Everything it wrote, and its standard output alone. */
      readonly output: OutputTail;
      readonly said: OutputTail;
    }
  | { readonly trouble: string };

/**
 * Runs a program of the operator's directory, without a shell. A project file can name a program but never bring one, and
 * a server that was not started for it runs none. The program gets the given variables and nothing of the server's
 * environment, which holds secrets. Never rejects.
 */
export async function runProgram(terms: ProgramTerms, run: ProgramRun): Promise<ProgramEnd> {
  const { directory } = terms;
  if (directory === null) return { trouble: "this server runs no programs: it was started without --allow-commands" };
  const file = join(directory, run.program);
  const found = await stat(file).catch(() => null);
  if (found === null || !found.isFile()) {
    return { trouble: `the directory of --allow-commands has no program ${run.program}` };
  }
  return run.signal.aborted ? { trouble: "it was stopped" } : runFile(file, run, { ...terms, directory });
}

function runFile(
  file: string,
  { args, variables, input, signal }: ProgramRun,
  { clock, path, directory }: ProgramTerms & { readonly directory: string },
): Promise<ProgramEnd> {
  const [output, said] = [new OutputTail(KEPT_BYTES), new OutputTail(KEPT_BYTES)];
  return new Promise((resolve) => {
    // A group of its own, so that what it starts is stopped with it.
    const child = spawn(file, [...args], {
      cwd: directory,
      env: { PATH: path, LANG: "C.UTF-8", ...variables },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    const stop = (): void => stopGroup(child, clock);
    const settle = (end: ProgramEnd): void => {
      signal.removeEventListener("abort", stop);
      resolve(end);
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      output.add(chunk);
      said.add(chunk);
    });
    child.stderr?.on("data", (chunk: Buffer) => output.add(chunk));
    // A program need not read what it is given.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.on("error", (error) =>
      settle({ trouble: `it cannot be run (${"code" in error ? String(error.code) : error.name})` }),
    );
    child.on("exit", (code, by) => {
      const end = (): void => settle({ code, by, output, said });
      const cancel = clock.after(CLOSE_MS, end);
      child.on("close", () => {
        cancel();
        end();
      });
    });
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

function stopGroup(child: ChildProcess, clock: Clock): void {
  kill(child, "SIGTERM");
  const cancel = clock.after(GRACE_MS, () => kill(child, "SIGKILL"));
  child.on("close", cancel);
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Everything of its group has ended.
  }
}
