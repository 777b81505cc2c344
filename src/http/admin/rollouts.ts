import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { commandRollout, listRolloutEvents, listRollouts, showRollout } from "../../contract/rollouts.ts";
import type { eventView } from "../../contract/rollouts.ts";
import { command } from "../../delivery/command.ts";
import { DRILL_CHANNEL } from "../../delivery/drill/measure-withdrawal.ts";
import { verifyLog } from "../../domain/rollout/log.ts";
import type { RolloutEvent } from "../../domain/rollout/rollout.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { requireRollout } from "./require-rollout.ts";
import { rolloutViewOf } from "./rollout-view-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Rollouts: what they are doing, why, and what a person tells them. */
export function rollouts(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, delivery } = admin;

  serveRoute(app, { gateway, route: listRollouts }, async ({ query, environment, named, gateway: { routes } }) => {
    // Drills belong to the whole server: who may see one environment alone sees none of them.
    if (query.drills && named !== null) return { data: [] };
    const filter = {
      environment: query.drills ? DRILL_CHANNEL.environment : environment,
      limit: query.limit,
      ...(query.endpoint === undefined || query.drills ? {} : { endpoint: query.endpoint }),
      ...(query.open === undefined ? {} : { open: query.open }),
    };
    const found = await delivery.rollouts.list(filter);
    if (found.length === 0 && query.endpoint !== undefined && !query.drills) requireEndpoint(routes, query.endpoint);
    return { data: await Promise.all(found.map((rollout) => rolloutViewOf(delivery, rollout))) };
  });

  serveRoute(app, { gateway, route: showRollout }, async ({ params, named }) => {
    const rollout = await requireRollout(delivery, params.rollout, { named });
    return rolloutViewOf(delivery, rollout);
  });

  serveRoute(app, { gateway, route: listRolloutEvents }, async ({ params, query, named }) => {
    if (named !== null) await requireRollout(delivery, params.rollout, { named });
    const events = await delivery.rollouts.events(params.rollout, query.after, query.limit);
    return { data: events.map(eventViewOf), intact: verifyLog(events).ok };
  });

  serveRoute(app, { gateway, route: commandRollout }, async ({ params, body, key, named }) => {
    if (named !== null) await requireRollout(delivery, params.rollout, { named });
    const rollout = await command(delivery, params.rollout, {
      command: { type: body.command },
      actor: actorOf(key),
      roles: key?.roles ?? [],
      reason: body.reason,
      idempotencyKey: body.idempotency_key ?? null,
    });
    return rolloutViewOf(delivery, rollout);
  });
}

const eventViewOf = (event: RolloutEvent): z.input<typeof eventView> => ({
  seq: event.seq,
  at: instantOf(event.at),
  actor: event.actor.kind === "machine" ? "machine" : event.actor.name,
  reason: event.reason,
  fact: event.fact,
  hash: event.hash,
});
