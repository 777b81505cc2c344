import { useEffect, useEffectEvent, useMemo, useState } from "react";
import type { listCallLines } from "../../../src/contract/calls.ts";
import { callApi } from "../../lib/api.ts";
import type { Answer, Query } from "../../lib/api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import type { CallLine } from "./call-filters.ts";

type Gists = ReadonlyMap<string, CallLine["gist"]>;

interface Found {
  /** Id of the call at the beginning of the list when it was looked last. */
  readonly of: string | null;
  readonly tries: number;
  readonly gists: Gists;
}

const NOTHING: Found = { of: null, tries: 0, gists: new Map() };

/** What was said is indexed some seconds after a call; then it is looked for again, a few times, ms. */
const AGAIN_MS = 2_500;
const MOST_TRIES = 6;
/** Calls at the beginning of a list that are looked at. */
const LOOKED_AT = 200;
const MOST_KEPT = 2_000;

/** The calls with what was said of those that were not indexed when they were read. Nothing else of them changes. */
export function useGists(calls: readonly CallLine[], query: Query, order: "newest" | "oldest"): readonly CallLine[] {
  const { environment } = useEnvironment();
  const [{ of, tries, gists }, setFound] = useState<Found>(NOTHING);
  const first = calls[0] ?? null;
  const made = of === first?.id ? tries : 0;
  const isMissing =
    order === "newest" && calls.slice(0, LOOKED_AT).some(({ id, gist_waits: waits }) => waits && !gists.has(id));
  const look = useEffectEvent(async (call: Pick<CallLine, "id" | "at">, signal: AbortSignal) => {
    const until = new Date(Date.parse(call.at) + 1).toISOString();
    const found = await readGists({ ...query, environment, until, limit: LOOKED_AT }, signal);
    if (!signal.aborted)
      setFound((before) => ({ of: call.id, tries: made + 1, gists: newest(new Map([...before.gists, ...found])) }));
  });
  const [id, at] = [first?.id, first?.at];
  useEffect(() => {
    if (!isMissing || id === undefined || at === undefined || made >= MOST_TRIES) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => void look({ id, at }, stop.signal), AGAIN_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [isMissing, id, at, made]);
  return useMemo(
    () =>
      gists.size === 0
        ? calls
        : calls.map((call) => (call.gist === null ? { ...call, gist: gists.get(call.id) ?? null } : call)),
    [calls, gists],
  );
}

/** A list that is followed all night keeps no more of them than it can show. */
const newest = (gists: Gists): Gists => (gists.size <= MOST_KEPT ? gists : new Map([...gists].slice(-MOST_KEPT)));

async function readGists(query: Query, signal: AbortSignal): Promise<Gists> {
  try {
    const { data } = (await callApi({ path: "/api/calls/lines", query, signal })) as Answer<typeof listCallLines>;
    return new Map(data.flatMap(({ id, gist }) => (gist === null ? [] : [[id, gist]])));
  } catch {
    // The list is there without them.
    return new Map();
  }
}
