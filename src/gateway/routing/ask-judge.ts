import { judgeRequest, markIn } from "../../domain/routing/judge-answer.ts";
import type { Judgement } from "../../domain/routing/routing-fact.ts";
import type { JudgePolicy } from "../../domain/routing/routing-policy.ts";
import { askAside } from "../attempt/ask-aside.ts";
import type { Gateway } from "../gateway.ts";
import { sinceArrival } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";

/** What is to be judged, and by whom. */
export interface Trial {
  readonly policy: JudgePolicy;
  readonly question: string;
  readonly answer: string;
}

/** A judgement with its exact cost. */
export interface JudgedAnswer {
  readonly judgement: Judgement;
  readonly costPico: bigint;
}

/** Longest a judge may take, ms. */
const JUDGE_MS = 20_000;

/** Asks a model for a mark, once, within the call's deadline. Never rejects: a judge that fails gives no mark. */
export async function askJudge(gateway: Gateway, open: OpenCall, trial: Trial): Promise<JudgedAnswer> {
  const { target } = trial.policy;
  const startMs = sinceArrival(gateway, open);
  const request = judgeRequest(trial.policy, trial);
  const { text, trouble, costPico } = await askAside(gateway, open, { target, request, withinMs: JUDGE_MS });
  const mark = markIn(text ?? "");
  const judgement = {
    model: `${target.provider}/${target.model}`,
    mark,
    trouble: mark === null ? (trouble ?? "its reply has no mark") : null,
    tookMs: sinceArrival(gateway, open) - startMs,
    costPico: costPico.toString(),
  };
  return { judgement, costPico };
}
