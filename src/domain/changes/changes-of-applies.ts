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
  /** Names of the releases whose rollouts it opened; absent is none. */
  readonly releases?: readonly string[];
}

/** Paths that a line names, and releases. */
const NAMED = 4;

/** Parts of a path that are about money. */
const OF_PRICES = /(^|\.)(price|prices|input|output|cached_input|cache_write|catalogue)(\.|$)/;

/** What an application changed: settings, files, and the rollouts that it opened. One that changed nothing is told too. */
export function changeOfApply(told: ToldApply): Change {
  const { environment, at, by, origin, paths } = told;
  const isPrices = paths !== null && paths.length > 0 && paths.every(isOfPrices);
  const from = originWords(origin);
  const what = told.isFirst ? "for the first time" : wordsOf(paths, told.releases ?? []);
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
      `${isPrices ? "Prices were changed" : "The project was applied"}${from === null ? "" : ` from ${from}`}: ${what}`,
    ),
  };
}

/** Prices stand under the models of providers. */
const isOfPrices = (path: string): boolean => path.startsWith("providers.") && OF_PRICES.test(path);

function wordsOf(paths: readonly string[] | null, releases: readonly string[]): string {
  const opened =
    releases.length === 0
      ? []
      : [
          releases.length === 1
            ? `a rollout of ${few(releases)} was opened`
            : `rollouts of ${few(releases)} were opened`,
        ];
  if (paths === null) return ["what it changed is not known", ...opened].join("; ");
  if (paths.length === 0 && opened.length === 0) return "no setting changed";
  return [...(paths.length === 0 ? [] : [few(paths)]), ...opened].join("; ");
}

/** "a, b, c, d and 2 more". */
function few(words: readonly string[]): string {
  const more = words.length - NAMED;
  return `${words.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The endpoint that alone is named. */
function endpointOf(paths: readonly string[] | null): string | null {
  const names = new Set((paths ?? []).map((path) => /^endpoints\.([^.]+)/.exec(path)?.[1] ?? null));
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : null;
}
