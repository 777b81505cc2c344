import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { CommandGate } from "../../domain/rollout/gates/gate-plan.ts";
import type { Clock } from "../../ports/clock.ts";
import type { GateQuestion, GateRunner, RunEnd } from "../../ports/gate-runner.ts";
import { OutputTail } from "./output-tail.ts";

/** What of a program's output is kept: its end, bytes. */
const KEPT_BYTES = 64 * 1024;
/** A program that is stopped has this long to end by itself, ms. */
const GRACE_MS = 2_000;
/** A program that has ended may have left others behind that hold its output open; they are not waited for longer, ms. */
const CLOSE_MS = 500;
/** Most of the last line that is kept for people, characters. */
const MOST_DETAIL = 500;

/** What running needs. */
export interface CommandGateTerms {
  /** The operator's directory with the programs that gates may name; `null`: this server runs none. */
  readonly directory: string | null;
  readonly clock: Clock;
  /** The search path for what programs call themselves; they get nothing else of the server's environment. */
  readonly path: string;
}

const failed = (detail: string, output = ""): RunEnd => ({ standing: "failed", detail, url: null, output });

/**
 * Runs a program of the operator's directory, without a shell: 0 passes, every other end fails. A project file can name
 * a program but never bring one, and a server that was not started for it runs none. The program gets what it is about
 * in `ROLLWARD_*` variables and nothing of the server's environment, which holds secrets.
 */
export const createCommandGate = (terms: CommandGateTerms): GateRunner<"command"> => ({
  async run(gate, question, signal) {
    const { directory } = terms;
    if (directory === null) {
      return failed("this server runs no programs: it was started without --allow-commands");
    }
    const file = join(directory, gate.program);
    const found = await stat(file).catch(() => null);
    if (found === null || !found.isFile())
      return failed(`the directory of --allow-commands has no program ${gate.program}`);
    return signal.aborted ? failed("it was stopped") : runFile(file, gate, { terms, directory, question, signal });
  },
});

interface RunTerms {
  readonly terms: CommandGateTerms;
  readonly directory: string;
  readonly question: GateQuestion;
  readonly signal: AbortSignal;
}

function runFile(
  file: string,
  { args }: CommandGate,
  { terms, directory, question, signal }: RunTerms,
): Promise<RunEnd> {
  const { clock, path } = terms;
  const tail = new OutputTail(KEPT_BYTES);
  return new Promise((resolve) => {
    // A group of its own, so that what it starts is stopped with it.
    const child = spawn(file, [...args], {
      cwd: directory,
      env: { PATH: path, LANG: "C.UTF-8", ...variablesOf(question) },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const stop = (): void => stopGroup(child, clock);
    const settle = (end: RunEnd): void => {
      signal.removeEventListener("abort", stop);
      resolve(end);
    };
    child.stdout.on("data", (chunk: Buffer) => tail.add(chunk));
    child.stderr.on("data", (chunk: Buffer) => tail.add(chunk));
    child.on("error", (error) =>
      settle(failed(`it cannot be run (${"code" in error ? String(error.code) : error.name})`)),
    );
    child.on("exit", (code, by) => {
      const end = (): void => settle(endOf(tail, code, by));
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

function endOf(tail: OutputTail, code: number | null, by: NodeJS.Signals | null): RunEnd {
  const output = tail.text();
  const last = tail.lastLine().slice(0, MOST_DETAIL);
  const said = last === "" ? "" : `: ${last}`;
  if (code === 0) return { standing: "passed", detail: `exit code 0${said}`, url: null, output };
  return failed(code === null ? `ended by ${by ?? "a signal"}${said}` : `exit code ${code}${said}`, output);
}

const variablesOf = (question: GateQuestion): Readonly<Record<string, string>> => ({
  ROLLWARD_RUN: question.id,
  ROLLWARD_ROLLOUT: question.rolloutId,
  ROLLWARD_ENDPOINT: question.endpoint,
  ROLLWARD_ENVIRONMENT: question.environment,
  ROLLWARD_STEP: String(question.step),
  ROLLWARD_STARTS: String(question.starts),
  ROLLWARD_RELEASE: question.candidate.name,
  ROLLWARD_DIGEST: question.candidate.digest,
  ROLLWARD_STABLE: question.stable.name,
  ROLLWARD_STABLE_DIGEST: question.stable.digest,
});
