import type { Release } from "../domain/release/release.ts";
import type { Route } from "../domain/traffic/route.ts";
import type { Routes } from "../ports/routes.ts";

/**
 * The route as it is now, for a call that has waited since it found `known`: a candidate that was taken back meanwhile must not get those who
 * waited. One that leads to releases which are new stays as it was found: providers and models of a call are those of its arrival.
 */
export function routeNow(routes: Pick<Routes, "byEndpoint">, known: Route): Route {
  const now = routes.byEndpoint(known.channel.endpoint);
  if (now === undefined || now === known) return known;
  const ids = new Set(releasesOf(known).map(({ id }) => id));
  return releasesOf(now).every(({ id }) => ids.has(id)) ? now : known;
}

const releasesOf = ({ stable, split, draining, withdrawn, shadow, preview }: Route): readonly Release[] => [
  stable,
  ...(split === null ? [] : [split.candidate]),
  ...(draining === null ? [] : [draining.previous]),
  ...[withdrawn, shadow, preview].flatMap((one) => (one === undefined ? [] : [one.candidate])),
];
