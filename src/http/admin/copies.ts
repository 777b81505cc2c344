import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { showCopies } from "../../contract/copies.ts";
import type { pairView } from "../../contract/copies.ts";
import type { KeptShadowPair, ShadowSide } from "../../domain/shadow/shadow-pair.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { requireRollout } from "./require-rollout.ts";
import { serveRoute } from "./serve-route.ts";
import { judgedViewOf } from "./stages-view-of.ts";

const PICO_PER_USD = 1e12;

/** What the copies of shadow stages showed. */
export function copies(app: FastifyInstance, { gateway, delivery, shadows }: AdminTerms): void {
  serveRoute(app, { gateway, route: showCopies }, async ({ params, named }) => {
    const rollout = await requireRollout(delivery, params.rollout, { named });
    const { evidence, skipped, recent, judgeTrouble, noRoomIn } = await shadows.show(rollout);
    const changes = evidence.changes();
    return {
      rollout: rollout.id,
      copies: evidence.copies,
      pairs: evidence.reading(false).pairs,
      excused: evidence.excused,
      spent_pico: evidence.spentPico.toString(),
      skipped,
      answers: {
        compared: changes.compared,
        exact: changes.exact,
        similarity: changes.similarity,
        new_structure: changes.newStructure,
        structured: changes.structured,
        other_tools: changes.otherTools,
        with_tools: changes.withTools,
        cut_by_tools: changes.cutByTools,
      },
      judged: evidence.judged === null ? null : judgedViewOf(evidence.judged),
      judge_trouble: judgeTrouble,
      no_room_in: noRoomIn,
      recent: recent.map(viewOf),
    };
  });
}

const viewOf = ({ pair }: KeptShadowPair): z.input<typeof pairView> => ({
  at: instantOf(pair.at),
  stable: sideOf(pair.stable),
  candidate: sideOf(pair.candidate),
  excused: pair.excused,
  exact: pair.change?.isExact ?? null,
  similarity: pair.change?.similarity ?? null,
  new_structure: pair.change?.hasNewStructure ?? null,
  tools: pair.change?.tools ?? null,
});

const sideOf = (side: ShadowSide): z.input<typeof pairView>["stable"] => ({
  call: side.call,
  failed: side.failed,
  refused: side.refused,
  invalid: side.invalid,
  latency_ms: side.latencyMs,
  output_tokens: side.outputTokens,
  cost_usd: side.costPico / PICO_PER_USD,
});
