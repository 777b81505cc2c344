import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { runDrill } from "../../contract/drills.ts";
import type { drillView } from "../../contract/drills.ts";
import { HARM_EXAMPLES, parseHarm, spellHarm } from "../../domain/drill/drill-harm.ts";
import type { DrillReport } from "../../domain/drill/drill-report.ts";
import type { Spread } from "../../domain/drill/drill-report.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Rehearsals of a rollback. */
export function drills(app: FastifyInstance, { gateway, drills: runner }: AdminTerms): void {
  serveRoute(app, { gateway, route: runDrill }, async ({ params, body, gateway: { routes } }) => {
    const harm = parseHarm(body.harm);
    if (harm === null) {
      throw new RollwardError("invalid_request", {
        reason: `\`harm\` is no harm that can be rehearsed; write one of ${Object.values(HARM_EXAMPLES).join(", ")}.`,
        param: "harm",
      });
    }
    const { channel } = requireEndpoint(routes, params.endpoint);
    const report = await runner.run({ channel, harm, runs: body.runs, perHour: body.sessions_per_hour ?? null });
    return viewOf(params.endpoint, report);
  });
}

const inSeconds = ({ median, worst }: Spread): Spread => ({ median: median / 1_000, worst: worst / 1_000 });

function viewOf(endpoint: string, report: DrillReport): z.input<typeof drillView> {
  const { harm, traffic, runs, ends, foundBy, found, mostSessions, withdrawal } = report;
  return {
    endpoint,
    harm: spellHarm(harm),
    traffic: { sessions_per_hour: traffic.perHour, source: traffic.source, recorded: traffic.recorded },
    runs,
    ends,
    found_by: foundBy,
    found:
      found === null
        ? null
        : {
            after_seconds: inSeconds(found.afterMs),
            sessions: found.sessions,
            candidate_sessions: found.candidateSessions,
          },
    most_sessions: mostSessions,
    withdrawal: {
      stopped_here_ms: withdrawal.stoppedHereMs,
      everywhere_ms: withdrawal.everywhereMs,
      servers: withdrawal.servers,
      rollout: withdrawal.rolloutId,
    },
  };
}
