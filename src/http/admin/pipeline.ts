import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { reportPipeline, showPipeline } from "../../contract/pipeline.ts";
import type { pipelineView } from "../../contract/pipeline.ts";
import { RollwardError } from "../../domain/errors.ts";
import { pipelineOf } from "../../domain/pipeline/pipeline-of.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { isReturn } from "../../domain/rollout/is-return.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Rollouts of a channel that are looked through for those of one release. */
const MOST_ROLLOUTS = 500;

/** The stages of a release on its way into an environment: what the server knows, and what CI reports. */
export function pipeline(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;

  serveRoute(app, { gateway, route: showPipeline }, async ({ params, environment }) =>
    viewOf(admin, await requireRelease(admin, params), environment),
  );

  serveRoute(app, { gateway, route: reportPipeline }, async ({ params, body, key, environment }) => {
    const release = await requireRelease(admin, params);
    await admin.pipelines.note({
      ...body,
      release: release.id,
      environment,
      at: gateway.clock.now(),
      by: key?.name ?? "unknown",
    });
    return viewOf(admin, release, environment);
  });
}

async function requireRelease(
  { delivery }: AdminTerms,
  { endpoint, number }: { readonly endpoint: string; readonly number: number },
): Promise<Release> {
  const release = await delivery.releases.byNumber(endpoint, number);
  if (release === null) throw new RollwardError("release_not_found", { release: `${endpoint}@${number}` });
  return release;
}

async function viewOf(
  { delivery, pipelines }: AdminTerms,
  release: Release,
  environment: string,
): Promise<z.input<typeof pipelineView>> {
  const name = { endpoint: release.endpoint, environment };
  const channel = await delivery.rollouts.channel(name);
  const all = await delivery.rollouts.list({ ...name, limit: MOST_ROLLOUTS });
  const rollout = all.find((one) => one.candidate === release.id && !isReturn(one)) ?? null;
  const since = rollout?.promotedAt ?? rollout?.endedAt ?? Number.POSITIVE_INFINITY;
  const takenBackBy = all.find((one) => isReturn(one) && one.stable === release.id && one.createdAt >= since) ?? null;
  const stages = pipelineOf({
    release,
    environment,
    isStable: channel?.stable === release.id,
    rollout,
    takenBackBy,
    reports: await pipelines.newest(release.id, environment),
  });
  return {
    release: releaseName(release),
    digest: release.digest,
    environment,
    stages: stages.map((one) => ({ ...one, since: one.since === null ? null : instantOf(one.since) })),
  };
}
