import type { AnswerSummary } from "../../domain/answer/answer.ts";
import { summarise } from "../../domain/answer/answer.ts";
import { DEFAULT_ACTIONS } from "../../domain/answer/checks-policy.ts";
import type { ChecksPolicy } from "../../domain/answer/checks-policy.ts";
import { actionOn } from "../../domain/answer/find-in-answer.ts";
import type { Finding } from "../../domain/answer/finding.ts";
import type { Dialect } from "../../ports/dialect.ts";
import { checksOf, findingsIn } from "../find-in-call.ts";
import type { ChecksInForce } from "../find-in-call.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** An answer that is held whole, before a byte of it has gone to the client. */
export interface HeldAnswer {
  readonly answer: AnswerSummary;
  /** Position of the target that gave it, in the targets of the plan. */
  readonly target: number;
  /** The rendered request that it answers, in the client's dialect. */
  readonly body: Buffer;
}

/** Judges answers that passed the checks of their release: `null` is good enough, a finding is not. */
export interface Verifier {
  verify(open: OpenCall, held: HeldAnswer): Finding | null | Promise<Finding | null>;
}

/**
 * What an examination came to. A rejected answer is a failed attempt of the fault class `rejected`. With `repair`
 * the same target is asked once more first; `deliver` says what happens when nobody gives a better answer: it goes
 * out after all, or the client gets the error `answer_rejected`.
 */
export type Verdict =
  | { readonly type: "accepted" }
  | { readonly type: "rejected"; readonly finding: Finding; readonly repair: boolean; readonly deliver: boolean };

const ACCEPTED: Verdict = { type: "accepted" };

/** Where no release says anything. */
const USUAL: ChecksInForce = { actions: DEFAULT_ACTIONS, own: null };

/**
 * Looks at a held answer: the release's checks, then the verifier of its routing. What is found is noted on the call
 * as belonging to the attempt whose record comes next. An answer that cannot be read passes.
 */
export async function examine(
  open: OpenCall,
  verifier: Verifier | null,
  held: Omit<HeldAnswer, "answer"> & { readonly chunks: readonly Buffer[] },
): Promise<Verdict> {
  const { target, body, chunks } = held;
  const answer = answerOf(open.arrival.dialect, present(open.request).stream, chunks);
  if (answer === null) return ACCEPTED;
  const { actions, own } = checksOf(open) ?? USUAL;
  const found = findingsIn(open, answer, { actions, body });
  open.findings.push(...found.map((one) => ({ ...one, attempt: open.attempts.length })));
  const verdict = own === null ? ACCEPTED : verdictOf(found, own);
  if (verdict.type === "rejected") return verdict;
  const doubt = (await verifier?.verify(open, { answer, target, body })) ?? null;
  if (doubt === null) return ACCEPTED;
  open.findings.push({ ...doubt, attempt: open.attempts.length, action: "record" });
  return { type: "rejected", finding: doubt, repair: false, deliver: true };
}

/** Only what the release itself demands rejects an answer, whatever else is looked for in a rollout. */
function verdictOf(found: readonly Finding[], { actions, unrepaired }: ChecksPolicy): Verdict {
  const withAction = (action: "repair" | "reject"): Finding | undefined =>
    found.find((one) => actionOn(one, actions) === action);
  const refused = withAction("reject");
  if (refused !== undefined) return { type: "rejected", finding: refused, repair: false, deliver: false };
  const mended = withAction("repair");
  if (mended === undefined) return ACCEPTED;
  return { type: "rejected", finding: mended, repair: true, deliver: unrepaired === "deliver" };
}

/**
 * The answer in the client's own bytes, which are the same whether it was passed or translated; `null` for bytes
 * that cannot be read as an answer, such as those of a dialect without conversations.
 */
export function answerOf(dialect: Dialect, stream: boolean, chunks: readonly Buffer[]): AnswerSummary | null {
  if (dialect.checking === undefined) return null;
  try {
    const reader = dialect.eventReader(stream);
    const events = chunks.flatMap((chunk) => reader.push(chunk));
    const summary = summarise([...events, ...reader.end()]);
    return reader.fault === null ? summary : null;
  } catch {
    return null;
  }
}
