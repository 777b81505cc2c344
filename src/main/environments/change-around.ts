import type { z } from "zod";
import { loadProject } from "../../config/load.ts";
import { projectChanges } from "../../config/project-changes.ts";
import type { ReadProject } from "../../config/project-changes.ts";
import type { EndpointSettings, Project } from "../../config/project.ts";
import { writtenPolicies } from "../../config/written-policies.ts";
import type { applyAnswer } from "../../contract/projects.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { diffReleases, formatDiff } from "../../domain/release/diff.ts";
import { releaseDigest } from "../../domain/release/release-digest.ts";
import type { ReleaseContent } from "../../domain/release/release.ts";
import type { AppliedProject } from "../../ports/project-store.ts";
import { filesOf } from "./project-files.ts";

type ApplyAnswer = z.output<typeof applyAnswer>;

/** What applying does, or would do, to one endpoint. */
export type EndpointChange = ApplyAnswer["endpoints"][number];

/** What changes outside of releases, against what was applied last in the environment by whichever server. */
export function changeAround(latest: AppliedProject | null, after: ReadProject): NonNullable<ApplyAnswer["project"]> {
  const files = latest === null ? null : filesOf(latest);
  const before = files === null ? null : loadProject(files, after.project.environment);
  if (files === null || before?.ok !== true) return { outcome: "first", diff: "" };
  const changes = projectChanges({ files, project: before.project }, after);
  return { outcome: changes.length === 0 ? "unchanged" : "changed", diff: formatDiff(changes) };
}

/** What applying would do to one endpoint. */
export async function changeOf(
  delivery: Delivery,
  { environment, releases }: Project,
  endpoint: EndpointSettings,
): Promise<EndpointChange> {
  const before = await newestContent(delivery, { endpoint: endpoint.name, environment });
  const same = before !== null && releaseDigest(before) === releaseDigest(endpoint.content);
  const waits = releases === "promoted" && !same;
  return {
    endpoint: endpoint.name,
    release: null,
    outcome: waits ? "queued" : before === null ? "first" : same ? "unchanged" : "rollout",
    rollout: null,
    waits_until: waits ? `it is promoted: rollward promote ${endpoint.name} --from … --to ${environment}` : null,
    outlook: [],
    diff: formatDiff(diffReleases(before, endpoint.content, writtenPolicies)),
  };
}

/** What a channel is on its way to: the newest candidate, or what is stable. */
async function newestContent(
  { rollouts, releases }: Delivery,
  name: { readonly endpoint: string; readonly environment: string },
): Promise<ReleaseContent | null> {
  const channel = await rollouts.channel(name);
  if (channel === null) return null;
  const [newest] = await rollouts.list({ ...name, open: true, limit: 1 });
  return (await releases.byId(newest?.candidate ?? channel.stable))?.content ?? null;
}
