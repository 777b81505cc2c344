import type { PairJudgePlace } from "../../domain/rollout/plan.ts";
import { objectIn } from "../../domain/object-in.ts";
import type { PairAnswer, PairJudge, PairQuestion } from "../../ports/pair-judge.ts";
import type { PostAnswer, SignedPost } from "../../ports/signed-post.ts";
import { runProgram } from "./run-program.ts";
import type { ProgramEnd, ProgramTerms } from "./run-program.ts";

/** What asking a judge needs. */
export interface PairJudgeTerms extends ProgramTerms {
  readonly post: SignedPost;
}

/**
 * Asks a judge of pairs where a gate would be asked: a web server with a signed POST, or a program of the operator's
 * directory that gets the question on its standard input. The answer, of a program its last line, is a JSON object with
 * `better`: `first`, `second` or `tie`. An answer that names another judge, or is none of these, is trouble.
 */
export const createPairJudge = (terms: PairJudgeTerms): PairJudge => ({
  async ask({ place, timeoutMs }, question, signal) {
    if (place.kind === "command") return hearProgram(await run(terms, place, { question, signal }), question);
    const { id, ...body } = question;
    const target = { ...place, answerMs: timeoutMs };
    return hearServer(await terms.post(target, { id, body: { question: id, ...body } }, signal), question);
  },
});

const run = (
  terms: ProgramTerms,
  { program, args }: Extract<PairJudgePlace, { readonly kind: "command" }>,
  { question, signal }: { readonly question: PairQuestion; readonly signal: AbortSignal },
): Promise<ProgramEnd> => {
  const { id, ...body } = question;
  const variables = {
    ROLLWARD_QUESTION: id,
    ROLLWARD_ENDPOINT: question.endpoint,
    ROLLWARD_ENVIRONMENT: question.environment,
  };
  return runProgram(terms, { program, args, variables, input: JSON.stringify({ question: id, ...body }), signal });
};

function hearProgram(end: ProgramEnd, question: PairQuestion): PairAnswer {
  if ("trouble" in end) return end;
  const { code, by, said } = end;
  if (code !== 0) return { trouble: code === null ? `ended by ${by ?? "a signal"}` : `exit code ${code}` };
  return read(said.lastLine(), question);
}

function hearServer(answer: PostAnswer, question: PairQuestion): PairAnswer {
  if ("trouble" in answer) return { trouble: answer.trouble };
  const { status, text, isWhole } = answer;
  if (status < 200 || status > 299) return { trouble: `it answered ${status}` };
  return isWhole ? read(text, question) : { trouble: "its answer is too long" };
}

function read(text: string, { digest }: PairQuestion): PairAnswer {
  const answer = objectIn(text);
  if (answer === null) return { trouble: "its answer is no JSON object" };
  if (answer["digest"] !== undefined && answer["digest"] !== digest) return { trouble: "another judge has answered" };
  const { better } = answer;
  return better === "first" || better === "second" || better === "tie"
    ? { better }
    : { trouble: "its answer does not say `better`: first, second or tie" };
}
