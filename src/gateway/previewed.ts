import { RollwardError } from "../domain/errors.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Release } from "../domain/release/release.ts";
import type { Route } from "../domain/traffic/route.ts";
import type { Placement } from "./open-call.ts";
import type { Placing } from "./place.ts";
import { present } from "./present.ts";

/**
 * The placement of a call that asks for a release by name, in the header `x-rollward-preview` or by a key that always
 * does; `null` for every other call. Nothing is remembered of it and it is no evidence. Throws `preview_not_found` when
 * the header names what cannot be had.
 */
export function previewed({ call, route, session, unit }: Placing): Placement | null {
  const wish = call.arrival.preview ?? null;
  const release = wish === null ? ofKey(present(call.key).scopes, route) : named(wish, route);
  if (release === null) return null;
  const arm = release === route.stable ? "stable" : "candidate";
  return { session, unit, release, arm, evidenceOf: null, reason: "preview" };
}

const ofKey = (scopes: readonly string[], { preview }: Route): Release | null =>
  preview !== undefined && scopes.includes("preview") ? preview.candidate : null;

function named(wish: string, { channel, stable, preview }: Route): Release {
  const isNamed = (release: Release): boolean => wish === release.id || wish === releaseName(release);
  if (isNamed(stable)) return stable;
  if (preview !== undefined && (wish === preview.rolloutId || isNamed(preview.candidate))) return preview.candidate;
  throw new RollwardError("preview_not_found", {
    endpoint: channel.endpoint,
    wish: wish.slice(0, 100),
    known: [stable, ...(preview === undefined ? [] : [preview.candidate])].map(releaseName).join(", "),
    param: "x-rollward-preview",
  });
}
