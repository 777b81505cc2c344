import { useEffect, useEffectEvent, useMemo, useState } from "react";
import type { listCallLines } from "../../../src/contract/calls.ts";
import { callApi } from "../../lib/api.ts";
import type { Answer, Query } from "../../lib/api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import type { CallLine } from "./call-filters.ts";

/** What is known of a call by now: its gist, or that there will be none. */
type Gists = ReadonlyMap<string, Pick<CallLine, "gist">>;

interface Found {
  /** Id of the call at the beginning of the list when it was looked last. */
  readonly of: string | null;
  readonly tries: number;
  /** How often it was looked in all. */
  readonly looks: number;
  readonly gists: Gists;
}

const NOTHING: Found = { of: null, tries: 0, looks: 0, gists: new Map() };

/** What was said of much that is new is there some seconds after a call; then it is looked for again, a few times, ms. */
const AGAIN_MS = 2_500;
const MOST_TRIES = 6;
/** Calls at the beginning of a list that are looked at. */
const LOOKED_AT = 200;
const MOST_KEPT = 2_000;

/** The calls with what was said of those of which that was not known when they were read. Nothing else of them changes. */
export function useGists(calls: readonly CallLine[], query: Query, order: "newest" | "oldest"): readonly CallLine[] {
  const { environment } = useEnvironment();
  const [{ of, tries, looks, gists }, setFound] = useState<Found>(NOTHING);
  const first = calls[0] ?? null;
  const made = of === first?.id ? tries : 0;
  const isMissing =
    order === "newest" && calls.slice(0, LOOKED_AT).some(({ id, gist_waits: waits }) => waits && !gists.has(id));
  // Whatever is first by then: while calls come in, waiting for one to stay first would be waiting for ever.
  const look = useEffectEvent(async (signal: AbortSignal) => {
    if (first === null) return;
    const until = new Date(Date.parse(first.at) + 1).toISOString();
    const found = await readGists({ ...query, environment, until, limit: LOOKED_AT }, signal);
    if (signal.aborted) return;
    setFound((before) => ({
      of: first.id,
      tries: made + 1,
      looks: before.looks + 1,
      gists: newest(new Map([...before.gists, ...found])),
    }));
  });
  const mayLook = isMissing && made < MOST_TRIES;
  useEffect(() => {
    if (!mayLook) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => void look(stop.signal), AGAIN_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [mayLook, looks]);
  return useMemo(
    () =>
      gists.size === 0
        ? calls
        : calls.map((call) => {
            const known = call.gist_waits ? gists.get(call.id) : undefined;
            return known === undefined ? call : { ...call, ...known, gist_waits: false };
          }),
    [calls, gists],
  );
}

/** A list that is followed all night keeps no more of them than it can show. */
const newest = (gists: Gists): Gists => (gists.size <= MOST_KEPT ? gists : new Map([...gists].slice(-MOST_KEPT)));

async function readGists(query: Query, signal: AbortSignal): Promise<Gists> {
  try {
    const { data } = (await callApi({ path: "/api/calls/lines", query, signal })) as Answer<typeof listCallLines>;
    return new Map(data.flatMap(({ id, gist, gist_waits: waits }) => (waits ? [] : [[id, { gist }]])));
  } catch {
    // The list is there without them.
    return new Map();
  }
}
