import type { z } from "zod";
import { CALL_FACETS } from "../../contract/call-query.ts";
import type { callQuery } from "../../contract/call-query.ts";
import type { CallSearch, Facet, Measure, Range } from "../../domain/call/call-search.ts";
import { ANY_TOOL, REPAIRED, requestMark, searchWords, tagMark, toolMark } from "../../domain/call/search-words.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Feedback, FeedbackItem } from "../../domain/feedback/feedback.ts";
import type { FeedbackStore } from "../../ports/feedback-store.ts";

/** A search as it comes in an address. */
export type CallQuery = z.output<typeof callQuery>;

const MICRO_PER_DOLLAR = 1_000_000;
/** What was said that is looked at, the newest. */
const MOST_SAID = 1_000;

/** Reads a search of the calls of an environment. Looks up what was said where that is asked for. */
export async function callSearchOf(
  query: CallQuery,
  environment: string,
  feedback: Pick<FeedbackStore, "list">,
): Promise<CallSearch> {
  const ids = query.feedback === undefined ? null : await saidOf(feedback, query.feedback, environment);
  return { ...plainSearchOf(query, environment), ...(ids !== null && { ids }) };
}

/** The same without what was said: that is known later than the call. */
export function plainSearchOf(query: CallQuery, environment: string): CallSearch {
  const facets: { [facet in Facet]?: readonly string[] } = { environment: [environment] };
  for (const facet of CALL_FACETS) {
    const values = query[facet];
    if (values !== undefined) facets[facet] = values;
  }
  const { session, user, trace, since, until } = query;
  return {
    facets,
    ...(session !== undefined && { session }),
    ...(user !== undefined && { user }),
    ...(trace !== undefined && { trace }),
    ...(since !== undefined && { since: Date.parse(since) }),
    ...(until !== undefined && { until: Date.parse(until) }),
    ranges: rangesOf(query),
    ...wordsOf(query),
  };
}

function rangesOf(query: CallQuery): NonNullable<CallSearch["ranges"]> {
  const micro = (dollars: number | undefined): number | undefined =>
    dollars === undefined ? undefined : Math.round(dollars * MICRO_PER_DOLLAR);
  const ranges: { [measure in Measure]?: Range } = {};
  const add = (measure: Measure, from: number | undefined, to: number | undefined): void => {
    if (from === undefined && to === undefined) return;
    ranges[measure] = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  };
  add("latency", query.latency_from, query.latency_to);
  add("firstToken", query.first_token_from, query.first_token_to);
  add("cost", micro(query.cost_from), micro(query.cost_to));
  add("tokens", query.tokens_from, query.tokens_to);
  return ranges;
}

function wordsOf({ text, tool, tag, same_as: sameAs, repaired }: CallQuery): Pick<CallSearch, "words" | "without"> {
  const { words, without: unwanted } = searchWords(text ?? "");
  const marks: string[] = [];
  const without = [...unwanted];
  if (tool !== undefined) marks.push(tool === "*" ? ANY_TOOL : toolMark(tool));
  if (tag !== undefined) marks.push(tagOf(tag));
  if (sameAs !== undefined) marks.push(requestMark(sameAs));
  if (repaired !== undefined) (repaired === "true" ? marks : without).push(REPAIRED);
  return { words: [...words, ...marks], without };
}

function tagOf(tag: string): string {
  const colon = tag.indexOf(":");
  if (colon > 0) return tagMark(tag.slice(0, colon), tag.slice(colon + 1));
  const reason = "`tag` is the name and the value of the request's metadata with a colon between them.";
  throw new RollwardError("invalid_request", { reason, param: "tag" });
}

type Said = NonNullable<CallQuery["feedback"]>;

async function saidOf(
  feedback: Pick<FeedbackStore, "list">,
  said: Said,
  environment: string,
): Promise<ReadonlySet<string>> {
  const kind = KINDS[said];
  const list = await feedback.list({ environment, limit: MOST_SAID, ...(kind !== null && { kind }) });
  return new Set(list.flatMap((one) => (one.callId !== null && isSaid(one, said) ? [one.callId] : [])));
}

const KINDS: Readonly<Record<Said, FeedbackItem["kind"] | null>> = {
  any: null,
  "thumbs-up": "thumbs",
  "thumbs-down": "thumbs",
  problem: "problem",
  score: "score",
  correction: "correction",
};

const isSaid = ({ item }: Feedback, said: Said): boolean =>
  item.kind !== "thumbs" || said === "any" || item.up === (said === "thumbs-up");
