import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useState } from "react";
import type { listCallLines } from "../../../src/contract/calls.ts";
import { callApi } from "../../lib/api.ts";
import type { Answer, ApiError, Query } from "../../lib/api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import type { CallLine } from "./call-filters.ts";

type LinesPage = Answer<typeof listCallLines>;

const PAGE = 100;
/** Calls that one list holds: who looks for more narrows it down, or exports them. */
export const MOST_LISTED = 10_000;

/** Calls of a query, page by page as the list is scrolled. */
export function useCalls(query: Query, order: "newest" | "oldest") {
  const { environment } = useEnvironment();
  const asked = { ...query, environment, order, limit: PAGE };
  return useInfiniteQuery<LinesPage, ApiError, readonly CallLine[], readonly unknown[], string | null>({
    queryKey: ["calls", asked],
    queryFn: async ({ pageParam, signal }) =>
      (await callApi({ path: "/api/calls/lines", query: { ...asked, after: pageParam }, signal })) as LinesPage,
    initialPageParam: null,
    getNextPageParam: ({ data }, pages) =>
      data.length < PAGE || pages.length * PAGE >= MOST_LISTED ? undefined : data.at(-1)?.id,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
    placeholderData: keepPreviousData,
    // A list that is read again under somebody's eyes moves; new calls come by the live tail.
    refetchOnWindowFocus: false,
    staleTime: 30_000,
  });
}

/** What the live tail has told. */
export interface Tail {
  /** Newest first. */
  readonly calls: readonly CallLine[];
  readonly state: "off" | "connecting" | "live" | "lost";
  /** Calls that were told of, or could not be, and are not in the list: at least so many. */
  readonly skipped: number;
}

const MOST_KEPT = 500;
const RETRY_MS = 3_000;
const NOTHING: Tail = { calls: [], state: "off", skipped: 0 };
const CONNECTING: Tail = { ...NOTHING, state: "connecting" };

/** New calls of a query as they are recorded, while `enabled`: a stream of its own, because the server filters it. */
export function useTail(query: Query, enabled: boolean): Tail {
  const { environment } = useEnvironment();
  const entries = Object.entries({ ...query, environment }).flatMap(([name, value]) =>
    value === null || value === undefined || name === "since" || name === "until"
      ? []
      : [[name, typeof value === "string" ? value : JSON.stringify(value)]],
  );
  const asked = enabled ? new URLSearchParams(entries).toString() : null;
  const [told, setTold] = useState<{ readonly asked: string | null; readonly tail: Tail }>({
    asked: null,
    tail: NOTHING,
  });
  const change = useEffectEvent((to: (before: Tail) => Tail) =>
    setTold((before) => ({ asked, tail: to(before.asked === asked ? before.tail : CONNECTING) })),
  );
  useEffect(() => {
    if (asked === null) return undefined;
    let source: EventSource | null = null;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const become = (state: Tail["state"]) => (): void => change((before) => ({ ...before, state }));
    const open = (): void => {
      source = new EventSource(`/api/live?${new URLSearchParams({ topics: "calls", calls: asked }).toString()}`);
      source.addEventListener("open", become("live"));
      source.addEventListener("error", become("lost"));
      // A browser gives up by itself when it is refused: while the server restarts, or is full.
      source.addEventListener("error", () => {
        if (source?.readyState === EventSource.CLOSED) retry = setTimeout(open, RETRY_MS);
      });
      source.addEventListener("message", ({ data }: MessageEvent<string>) => change((before) => grown(before, data)));
    };
    open();
    return () => {
      clearTimeout(retry);
      source?.close();
    };
  }, [asked]);
  if (asked === null) return NOTHING;
  // What was told of another search is not of this one.
  return told.asked === asked ? told.tail : CONNECTING;
}

interface TailMessage {
  readonly topic: string;
  readonly data?: {
    readonly calls?: readonly CallLine[];
    readonly skipped?: number;
    readonly skipped_packs?: number;
  };
}

function grown(before: Tail, text: string): Tail {
  const { topic, data } = JSON.parse(text) as TailMessage;
  if (topic !== "calls" || data === undefined) return before;
  const known = new Set(before.calls.map(({ id }) => id));
  const fresh = (data.calls ?? []).filter(({ id }) => !known.has(id)).toReversed();
  const calls = [...fresh, ...before.calls];
  const cut = Math.max(0, calls.length - MOST_KEPT);
  const skipped = before.skipped + (data.skipped ?? 0) + (data.skipped_packs ?? 0) + cut;
  return { ...before, calls: calls.slice(0, MOST_KEPT), skipped };
}
