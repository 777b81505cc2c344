import type { Route } from "../traffic/route.ts";
import { releaseName } from "./release.ts";
import type { Release } from "./release.ts";

/** A release and the calls it gets. */
export interface ReleaseStanding {
  readonly release: Release;
  readonly environment: string;
  /** `stable in production`, `candidate in staging at 5 %`. */
  readonly where: string;
}

const percent = (weight: number): string => `${Number((weight * 100).toFixed(2))} %`;

/**
 * What every release that gets calls is, where: stable ones first within a channel. Only in one environment where that
 * alone is asked about; `null` is in all. Channels of the server's own, such as a drill's, get no calls: their
 * environments have names that no project can give, with a dot in front.
 */
export const standingsOf = (routes: readonly Route[], environment: string | null = null): readonly ReleaseStanding[] =>
  routes
    .filter(({ channel }) => !channel.environment.startsWith("."))
    .filter(({ channel }) => environment === null || channel.environment === environment)
    .flatMap(standingsIn);

function standingsIn(route: Route): readonly ReleaseStanding[] {
  const { stable, split, draining, shadow, preview, channel } = route;
  const { environment } = channel;
  const at = (release: Release, role: string, share = ""): ReleaseStanding => ({
    release,
    environment,
    where: `${role} in ${environment}${share}`,
  });
  return [
    at(stable, "stable"),
    ...(split === null ? [] : [at(split.candidate, "candidate", ` at ${percent(split.weight)}`)]),
    ...(shadow === undefined ? [] : [at(shadow.candidate, "shadow", ` of ${percent(shadow.sample)}`)]),
    ...(preview === undefined || split !== null ? [] : [at(preview.candidate, "preview")]),
    ...(draining === null ? [] : [at(draining.previous, "draining")]),
  ];
}

/** Where a release gets calls. */
export const whereIs = (standings: readonly ReleaseStanding[], release: Pick<Release, "id">): readonly string[] =>
  standings.filter((one) => one.release.id === release.id).map(({ where }) => where);

/** The name and place of each, as retirements are told with. */
export const placesOf = (standings: readonly ReleaseStanding[]) =>
  standings.map(({ release, where }) => ({ release: releaseName(release), content: release.content, where }));
