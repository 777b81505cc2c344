import { originWords } from "../release/origin.ts";
import type { Origin } from "../release/origin.ts";
import { lineOf } from "./change.ts";
import type { Change } from "./change.ts";

/** An application of a project with what it changed, in the words of rollward.yaml. */
export interface ToldApply {
  readonly environment: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Name of the key; `null` where the server did when it started. */
  readonly by: string | null;
  readonly origin: Origin | null;
  /** Paths that changed, e.g. `providers.openai.timeout`; `null` where that cannot be told. */
  readonly paths: readonly string[] | null;
  /** Whether it was the first of its environment. */
  readonly isFirst: boolean;
}

/** Paths that a line names. */
const NAMED = 4;

/** Parts of a path that are about money. */
const OF_PRICES = /(^|\.)(price|prices|input|output|cached_input|cache_write|catalogue)(\.|$)/;

/** What an application changed. One that changed no setting is told too: releases and rollouts may have come of it. */
export function changeOfApply({ environment, at, by, origin, paths, isFirst }: ToldApply): Change {
  const isPrices = paths !== null && paths.length > 0 && paths.every(isOfPrices);
  const from = originWords(origin);
  const told = isFirst ? "for the first time" : wordsOf(paths);
  return {
    id: `apply:${environment}:${at}`,
    at,
    kind: isPrices ? "prices" : "project",
    weight: "info",
    environment,
    endpoint: endpointOf(paths),
    by,
    paths,
    line: lineOf(
      `${isPrices ? "Prices were changed" : "The project was applied"}${from === null ? "" : ` from ${from}`}: ${told}`,
    ),
  };
}

/** Prices stand under the models of providers. */
const isOfPrices = (path: string): boolean => path.startsWith("providers.") && OF_PRICES.test(path);

function wordsOf(paths: readonly string[] | null): string {
  if (paths === null) return "what it changed is not known";
  if (paths.length === 0) return "no setting changed";
  const more = paths.length - NAMED;
  return `${paths.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The endpoint that alone is named. */
function endpointOf(paths: readonly string[] | null): string | null {
  const names = new Set((paths ?? []).map((path) => /^endpoints\.([^.]+)/.exec(path)?.[1] ?? null));
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : null;
}
