import type { Project } from "../../config/project.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { RollwardError } from "../../domain/errors.ts";
import { targetsOf } from "../../domain/release/fault-policy.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { ModelTarget, Release } from "../../domain/release/release.ts";
import type { Channel } from "../../domain/traffic/channel.ts";

/** Open rollouts looked at; a channel has one, and few wait in the queue. */
const MAX_OPEN = 1_000;

/**
 * Throws `invalid_request` for a project that would move the server to another environment by the way: keys without an
 * environment of their own would call another one from one moment to the next.
 */
export async function requireOwnEnvironment(
  { rollouts }: Delivery,
  { own, asked }: { readonly own: string; readonly asked: string },
): Promise<void> {
  if ((await rollouts.channels()).length === 0) return;
  throw new RollwardError("invalid_request", {
    reason: `This server serves the environment ${own}; the project says ${asked}. Apply it with \`--environment ${asked}\` to serve that one beside it, or use another data directory or database for it.`,
    param: "environment",
  });
}

/**
 * Throws `rollout_conflict` for a project that drops a model which serves calls in its environment: they would fail at
 * once.
 */
export async function requireModelsInUse(delivery: Delivery, project: Project): Promise<void> {
  const { rollouts, releases } = delivery;
  const { environment, endpoints } = project;
  const open = await rollouts.list({ environment, open: true, limit: MAX_OPEN });
  const channels = (await rollouts.channels()).filter(
    ({ name }) => name.environment === environment && endpoints.has(name.endpoint),
  );
  const candidates = channels.flatMap(({ rolloutId }) => open.find(({ id }) => id === rolloutId)?.candidate ?? []);
  await requireWarmReleases(delivery, project, channels);
  for (const id of new Set([...channels.map(({ stable }) => stable), ...candidates])) {
    const release = await releases.byId(id);
    if (release === null) continue;
    const lost = lostModel(project, release);
    if (lost === undefined) continue;
    throw new RollwardError("rollout_conflict", {
      reason: `${releaseName(release)} serves calls with ${lost.provider}/${lost.model}, which this configuration drops; keep it until another release is stable.`,
      endpoint: release.endpoint,
    });
  }
}

/** The first model of a release that a project does not have. */
const lostModel = ({ providers, pools }: Project, { content }: Release): ModelTarget | undefined =>
  targetsOf(content).find(
    ({ provider, model }) =>
      !(providers.get(provider)?.models.has(model) ?? pools.get(provider)?.models.includes(model)),
  );

/** Rollouts of a channel looked back on: the last promotion is among them. */
const LOOK_BACK = 20;

/** Throws `rollout_conflict` for a project that drops a model of a release that is kept warm for the way back. */
async function requireWarmReleases(
  { rollouts, releases, clock }: Delivery,
  project: Project,
  channels: readonly Channel[],
): Promise<void> {
  for (const { name, stable } of channels) {
    const past = await rollouts.list({ ...name, limit: LOOK_BACK });
    const kept = past.find(({ candidate, promotedAt }) => candidate === stable && promotedAt !== undefined);
    const until = (kept?.promotedAt ?? 0) + (kept?.plan.warmMs ?? 0);
    const before = kept === undefined || until <= clock.now() ? null : await releases.byId(kept.stable);
    const lost = before === null ? undefined : lostModel(project, before);
    if (before === null || lost === undefined) continue;
    throw new RollwardError("rollout_conflict", {
      reason: `${releaseName(before)} is kept warm until ${new Date(until).toISOString()}, so that \`rollward rollback ${name.endpoint}\` returns to it at once; keep ${lost.provider}/${lost.model} until then.`,
      endpoint: name.endpoint,
    });
  }
}
