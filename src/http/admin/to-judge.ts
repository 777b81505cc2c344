import type { FastifyInstance } from "fastify";
import { listToJudge } from "../../contract/rollouts.ts";
import { isJudged } from "../../delivery/delayed-metrics.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import type { JudgePlan } from "../../domain/rollout/plan.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { requireRollout } from "./require-rollout.ts";
import { serveRoute } from "./serve-route.ts";
import { unitOf } from "../unit-of.ts";

/** Which sessions a judge is to score: it is told nothing of their arms. */
export function toJudge(app: FastifyInstance, { gateway, delivery, calls }: AdminTerms): void {
  serveRoute(app, { gateway, route: listToJudge }, async ({ params, query, environment, named }) => {
    const { id, plan } = await requireRollout(delivery, params.rollout, { named });
    const judge = plan.metrics.find(({ metric }) => metric === "judge")?.judge;
    if (judge === undefined) {
      throw new RollwardError("invalid_request", { reason: "The rollout has no judge in its plan.", param: "rollout" });
    }
    const { before, limit } = query;
    const found = await calls.list({ rolloutId: id, environment, limit, ...(before !== undefined && { before }) });
    return {
      score: judge.score,
      digest: judge.digest,
      data: sampled(found, id, judge),
      next: found.length < limit ? null : (found.at(-1)?.id ?? null),
    };
  });
}

/** The newest answered call of each session that is to be judged. */
function sampled(found: readonly CallFacts[], rolloutId: string, { sample }: JudgePlan) {
  const seen = new Map<string, { readonly call: string; readonly session: string; readonly at: string }>();
  for (const facts of found) {
    const unit = unitOf(facts);
    if (unit === null || seen.has(unit) || facts.outcome !== "ok" || !isJudged(rolloutId, unit, sample)) continue;
    seen.set(unit, { call: facts.id, session: facts.session?.id ?? "", at: instantOf(facts.at) });
  }
  return [...seen.values()];
}
