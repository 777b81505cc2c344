import type { GateQuestion, GateRunner, RunEnd } from "../../ports/gate-runner.ts";
import { runProgram } from "./run-program.ts";
import type { ProgramEnd, ProgramTerms } from "./run-program.ts";

/** Most of the last line that is kept for people, characters. */
const MOST_DETAIL = 500;

/** What running needs. */
export type CommandGateTerms = ProgramTerms;

const failed = (detail: string, output = ""): RunEnd => ({ standing: "failed", detail, url: null, output });

/**
 * Runs a program of the operator's directory: 0 passes, every other end fails. The program gets what it is about in
 * `ROLLWARD_*` variables.
 */
export const createCommandGate = (terms: CommandGateTerms): GateRunner<"command"> => ({
  async run({ program, args }, question, signal) {
    return endOf(await runProgram(terms, { program, args, variables: variablesOf(question), signal }));
  },
});

function endOf(end: ProgramEnd): RunEnd {
  if ("trouble" in end) return failed(end.trouble);
  const { code, by } = end;
  const output = end.output.text();
  const last = end.output.lastLine().slice(0, MOST_DETAIL);
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
