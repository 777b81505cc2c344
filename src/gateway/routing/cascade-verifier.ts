import type { AnswerSummary } from "../../domain/answer/answer.ts";
import { finding } from "../../domain/answer/finding.ts";
import type { Finding } from "../../domain/answer/finding.ts";
import { doubtTokens } from "../../domain/routing/doubt-tokens.ts";
import type { JudgePolicy, Verifiers } from "../../domain/routing/routing-policy.ts";
import type { Verifier } from "../attempt/examine.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { askJudge } from "./ask-judge.ts";
import type { OpenRouting } from "./open-routing.ts";

/** What a cascade's verifier needs to know of its call. */
export interface CascadeTerms {
  readonly routing: OpenRouting;
  readonly verifiers: Verifiers;
  /** The last message of the user. */
  readonly question: () => string;
}

/**
 * Says whether an answer of a cascade is good enough: what is free first, a judge last. The strongest route has nobody
 * above it and is not verified, nor is a model that stepped in and belongs to no route.
 */
export const cascadeVerifier = (gateway: Gateway, terms: CascadeTerms): Verifier => ({
  async verify(open, { answer, target }) {
    const { routing, verifiers } = terms;
    const route = routing.positions.indexOf(target);
    if (route < 0 || route === routing.positions.length - 1) return null;
    return (
      (verifiers.checks ? doubtByChecks(open) : null) ??
      doubtByTokens(answer, verifiers) ??
      (verifiers.judge === null
        ? null
        : await doubtByJudge(gateway, open, { ...terms, judge: verifiers.judge, answer }))
    );
  },
});

/** The checks have noted their findings for the attempt whose record comes next. */
function doubtByChecks({ findings, attempts }: OpenCall): Finding | null {
  const found = findings.find(({ attempt, check }) => attempt === attempts.length && check !== "verifier");
  return found === undefined ? null : finding("verifier", found.detail, found.at);
}

function doubtByTokens({ logprobs }: AnswerSummary, { logprobs: floor }: Verifiers): Finding | null {
  const doubt = floor === null ? null : doubtTokens(logprobs, floor);
  return doubt === null ? null : finding("verifier", doubt);
}

interface Case extends CascadeTerms {
  readonly judge: JudgePolicy;
  readonly answer: AnswerSummary;
}

/** A judge that fails or says nothing useful has no say: its trouble must not cost a dearer answer. */
async function doubtByJudge(
  gateway: Gateway,
  open: OpenCall,
  { routing, judge, answer, question }: Case,
): Promise<Finding | null> {
  const calls = answer.toolCalls.map(({ name, arguments: given }) => `${name}(${given})`).join("\n");
  const shown = { question: question(), answer: [answer.text, calls].filter((text) => text !== "").join("\n") };
  const { judgement, costPico } = await askJudge(gateway, open, { policy: judge, ...shown });
  routing.judgements.push(judgement);
  routing.judgePico += costPico;
  if (judgement.mark === null || judgement.mark >= judge.least) return null;
  return finding("verifier", `the judge gave it ${judgement.mark} of 10, below ${judge.least}`);
}
