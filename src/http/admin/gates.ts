import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { decideApproval, listApprovals, listGateRuns, listNotices, tellGate } from "../../contract/gates.ts";
import { command } from "../../delivery/command.ts";
import type { Key } from "../../domain/access/key.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import { openApprovals } from "../../domain/rollout/gates/tell-gate.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { GateRun } from "../../ports/gate-run-store.ts";
import type { Notice } from "../../ports/notice-store.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { approvalsOf } from "./approvals-of.ts";
import { instantOf } from "./instant-of.ts";
import { requireRollout } from "./require-rollout.ts";
import { rolloutViewOf } from "./rollout-view-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Open rollouts that are looked through for approvals. */
const MOST_OPEN = 1_000;

/** Gates of rollouts: approvals, retries and people's words, what they ran, and who was told. */
export function gates(app: FastifyInstance, { gateway, delivery }: AdminTerms): void {
  const { gating, rollouts } = delivery;

  serveRoute(app, { gateway, route: listApprovals }, async ({ query, environment, key }) => {
    const { endpoint, limit } = query;
    const filter = { environment, open: true, limit: MOST_OPEN, ...(endpoint !== undefined && { endpoint }) };
    const open = await rollouts.list(filter);
    const waiting = await Promise.all(open.map((rollout) => approvalsOf(delivery, rollout, key)));
    return { data: waiting.flat().slice(0, limit) };
  });

  serveRoute(app, { gateway, route: decideApproval }, async ({ params, body, key, named }) => {
    const rollout = await requireRollout(delivery, params.rollout, { named });
    requireVoice(key, rollout, body.decision);
    const isAdmin = key?.scopes.includes("admin") ?? false;
    const wish = { command: { type: body.decision }, actor: actorOf(key), roles: key?.roles ?? [], isAdmin } as const;
    const told = await command(delivery, rollout.id, { ...wish, reason: body.reason, idempotencyKey: null });
    return rolloutViewOf(delivery, told);
  });

  serveRoute(app, { gateway, route: tellGate }, async ({ params, body, key, named }) => {
    const { id } = await requireRollout(delivery, params.rollout, { named });
    const said = { type: "gate", gate: params.gate, verdict: body.verdict } as const;
    const wish = { command: said, actor: actorOf(key), roles: key?.roles ?? [], reason: body.reason };
    return rolloutViewOf(delivery, await command(delivery, id, { ...wish, idempotencyKey: null }));
  });

  serveRoute(app, { gateway, route: listGateRuns }, async ({ params, named }) => {
    const { id } = await requireRollout(delivery, params.rollout, { named });
    return { data: ((await gating?.runs.of(id)) ?? []).map(runViewOf) };
  });

  serveRoute(app, { gateway, route: listNotices }, async ({ params, query, named }) => {
    const { id } = await requireRollout(delivery, params.rollout, { named });
    return { data: ((await gating?.notices.of(id, query.limit)) ?? []).map(noticeViewOf) };
  });
}

/** A role is a voice at gates that name it; steps that name none are for admins. */
function requireVoice(key: Key | null, rollout: Rollout, decision: string): void {
  if (key === null || key.scopes.includes("admin")) return;
  if (openApprovals(rollout).some(({ gate }) => gate.roles.some((role) => key.roles?.includes(role)))) return;
  throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: `${decision} this`, scope: "admin" });
}

const runViewOf = (run: GateRun): z.input<typeof listGateRuns.answer>["data"][number] => ({
  gate: run.gate,
  step: run.step,
  attempt: run.attempt,
  starts: run.starts,
  began_at: instantOf(run.beganAt),
  ended_at: run.endedAt === null ? null : instantOf(run.endedAt),
  standing: run.standing,
  detail: run.detail,
  url: run.url,
  output: run.output,
});

function noticeViewOf(notice: Notice): z.input<typeof listNotices.answer>["data"][number] {
  const { id, name, event, tries, sentAt, givenUpAt, dueAt, trouble, body } = notice;
  return {
    id,
    name,
    event,
    tries,
    sent_at: sentAt === null ? null : instantOf(sentAt),
    given_up_at: givenUpAt === null ? null : instantOf(givenUpAt),
    next_try_at: sentAt === null && givenUpAt === null ? instantOf(dueAt) : null,
    trouble,
    body,
  };
}
