import type { listCallLines, tallyCalls } from "../../../src/contract/calls.ts";
import type { Answer, Query } from "../../lib/api.ts";
import type { Search } from "../../lib/use-search.ts";
import { IN_ZONE } from "../../lib/zone.ts";

/** A call in a line. */
export type CallLine = Answer<typeof listCallLines>["data"][number];

/** Calls by what they can be told apart by. */
export type Tally = Answer<typeof tallyCalls>;

/** What the page offers to choose from, with how it is called there. */
export const FACETS = [
  ["outcome", "Outcome"],
  ["status", "Status"],
  ["error", "Error"],
  ["endpoint", "Endpoint"],
  ["release", "Release"],
  ["arm", "Arm"],
  ["tier", "Tier"],
  ["model", "Model"],
  ["provider", "Provider"],
  ["rollout", "Rollout"],
  ["finish", "Finish reason"],
  ["key", "Key"],
  ["kind", "Made by"],
  ["dialect", "Dialect"],
  ["stream", "Stream"],
] as const;

/** Filters with one value, written into a field. */
export const PLAIN = [
  ["session", "Session"],
  ["user", "User"],
  ["trace", "Trace"],
  ["tool", "Tool called"],
  ["tag", "Metadata"],
  ["feedback", "Feedback"],
  ["latency_from", "Slower than"],
  ["latency_to", "Faster than"],
  ["first_token_from", "First token after"],
  ["first_token_to", "First token before"],
  ["cost_from", "Dearer than"],
  ["cost_to", "Cheaper than"],
  ["tokens_from", "Tokens from"],
  ["tokens_to", "Tokens up to"],
  ["same_as", "Same request as"],
  ["repaired", "Repaired"],
] as const;

const ASKED: readonly string[] = [
  ...FACETS.map(([name]) => name),
  ...PLAIN.map(([name]) => name),
  "since",
  "until",
  "text",
];

/** How far back "recent" goes, in hours. */
export const SPANS = [
  ["", "All time"],
  ["0.25", "Last 15 minutes"],
  ["1", "Last hour"],
  ["6", "Last 6 hours"],
  ["24", "Last 24 hours"],
  ["168", "Last 7 days"],
] as const;

/** Recent times move on by this much, ms, so that a page is not asked for anew with every second. */
const STEP_MS = 15_000;

/** The query of the filters in the address. `hours` counts back from `now`, epoch milliseconds. */
export function queryOf(search: Search, now: number): Query {
  const query: Record<string, string> = {};
  for (const name of ASKED) if (search[name] !== undefined) query[name] = search[name];
  const hours = Number(search["hours"]);
  if (search["hours"] !== undefined && hours > 0) {
    query["since"] = new Date(Math.floor(now / STEP_MS) * STEP_MS - hours * 3_600_000).toISOString();
  }
  return query;
}

/** The chosen values of a facet. */
export const chosenOf = (search: Search, facet: string): readonly string[] =>
  search[facet]?.split(",").filter(Boolean) ?? [];

/** The address with a value of a facet chosen, or no longer. */
export function toggled(search: Search, facet: string, value: string): Search {
  const chosen = chosenOf(search, facet);
  const next = chosen.includes(value) ? chosen.filter((each) => each !== value) : [...chosen, value];
  return { [facet]: next.join(",") };
}

/** The address without any filter. */
export const cleared = (search: Search): Record<string, null> =>
  Object.fromEntries([...ASKED, "hours"].filter((name) => search[name] !== undefined).map((name) => [name, null]));

/** A filter that is set. */
export interface SetFilter {
  readonly name: string;
  readonly label: string;
  readonly value: string;
}

/** Every filter that is set, for the chips above the list. */
export function setFilters(search: Search): readonly SetFilter[] {
  const facets = FACETS.flatMap(([name, label]) => chosenOf(search, name).map((value) => ({ name, label, value })));
  const plain = PLAIN.flatMap(([name, label]) => {
    const value = search[name];
    return value === undefined ? [] : [{ name, label, value: written(name, value) }];
  });
  const { since, until } = search;
  const times =
    since === undefined && until === undefined
      ? []
      : [{ name: "since", label: "Time", value: `${shortTime(since)} – ${shortTime(until)}` }];
  return [...facets, ...plain, ...times];
}

function written(name: string, value: string): string {
  if (name.startsWith("latency") || name.startsWith("first_token")) return `${value} ms`;
  if (name.startsWith("cost")) return `$${value}`;
  return value.length > 40 ? `${value.slice(0, 12)}…` : value;
}

const clock = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  ...IN_ZONE,
});

const shortTime = (at: string | undefined): string => {
  const time = at === undefined ? Number.NaN : Date.parse(at);
  return Number.isNaN(time) ? "…" : clock.format(time);
};
