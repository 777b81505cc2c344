import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowDownWideNarrow, ArrowUpNarrowWide, Download, Pause, Radio } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import type { tallyCalls } from "../../src/contract/calls.ts";
import { queryOf, setFilters } from "../features/calls/call-filters.ts";
import type { CallLine, Tally } from "../features/calls/call-filters.ts";
import { CallChart } from "../features/calls/call-chart.tsx";
import { CallList } from "../features/calls/call-list.tsx";
import { CallPeek } from "../features/calls/call-peek.tsx";
import { FacetList } from "../features/calls/facet-list.tsx";
import { FilterBar } from "../features/calls/filter-bar.tsx";
import { MoreFilters } from "../features/calls/more-filters.tsx";
import { ReplayDialog } from "../features/calls/replay-dialog.tsx";
import { MOST_LISTED, useCalls, useTail } from "../features/calls/use-calls.ts";
import type { Tail } from "../features/calls/use-calls.ts";
import { useGists } from "../features/calls/use-gists.ts";
import { usePhone } from "../features/calls/use-phone.ts";
import { usePinnedQuery } from "../features/calls/use-pinned-query.ts";
import { whyNotLive } from "../features/calls/why-not-live.ts";
import { queryText } from "../lib/api.ts";
import type { Query } from "../lib/api.ts";
import { count, share } from "../lib/format.ts";
import { useKeys } from "../lib/keys.ts";
import { useNow } from "../lib/time.ts";
import { useApi } from "../lib/use-api.ts";
import { useEnvironment } from "../lib/use-environment.ts";
import { useSearchState } from "../lib/use-search.ts";
import type { Search, SearchPatch } from "../lib/use-search.ts";
import { onlyEnvironment } from "../shell/nav-links.tsx";
import { Button, buttonLook } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Page } from "../ui/page.tsx";
import { Problem } from "../ui/problem.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

/** Recorded calls: find them among millions, look at them one by one, follow new ones. */
export function CallsPage() {
  const [search, change] = useSearchState();
  const isPhone = usePhone();
  const query = useSteadyQuery(search);
  const order = search["order"] === "oldest" ? "oldest" : "newest";
  const tally = useApi<typeof tallyCalls>("/api/calls/tally", { query: { ...query, spans: isPhone ? 40 : 80 } });
  const view = useCallView(usePinnedQuery(search), order);
  const [isFiltering, setFiltering] = useState(false);
  const [isReplaying, setReplaying] = useState(false);
  useCallKeys(view, { filter: () => setFiltering(true), replay: () => setReplaying(true) });
  const open = view.calls.find(({ id }) => id === view.selected);
  return (
    <Page
      fill
      title="Calls"
      lead={<Lead tally={tally.data ?? null} fault={tally.error} view={view} />}
      actions={<Actions query={query} order={order} view={view} />}
    >
      <FilterBar search={search} onChange={change} onMore={() => setFiltering(true)} />
      <Found
        search={search}
        tally={tally.data ?? null}
        view={view}
        onChange={change}
        onReplay={() => setReplaying(true)}
      />
      {isFiltering && (
        <MoreFilters
          search={search}
          tally={tally.data ?? null}
          withFacets={isPhone || innerWidth < 1_024}
          onChange={change}
          onClose={() => setFiltering(false)}
        />
      )}
      {isReplaying && open !== undefined && <ReplayDialog call={open} onClose={() => setReplaying(false)} />}
    </Page>
  );
}

interface FoundProps {
  readonly search: Search;
  readonly tally: Tally | null;
  readonly view: CallView;
  readonly onChange: (patch: SearchPatch, how?: { readonly replace?: boolean }) => void;
  readonly onReplay: () => void;
}

/** Calls over time, what they can be narrowed to, the list, and the call that is open. */
function Found({ search, tally, view, onChange, onReplay }: FoundProps) {
  const isPhone = usePhone();
  const { selected } = view;
  return (
    <>
      {tally !== null && tally.spans.length > 1 && (
        <CallChart
          tally={tally}
          onChoose={(since, until) => onChange({ since, until, hours: null }, { replace: false })}
        />
      )}
      <div className="flex min-h-0 flex-1 gap-4">
        {!isPhone && (
          <nav
            aria-label="Narrow down"
            className={clsx(
              "w-48 shrink-0 overflow-y-auto pr-1",
              selected === null ? "max-lg:hidden" : "max-2xl:hidden",
            )}
          >
            <FacetList tally={tally} search={search} onChange={onChange} />
          </nav>
        )}
        <Results
          view={view}
          isPhone={isPhone}
          hasFilters={setFilters(search).length > 0 || search["text"] !== undefined}
        />
        {selected !== null && (
          <CallPeek
            id={selected}
            marked={view.marked}
            onClose={() => view.select(null)}
            onMark={view.mark}
            onReplay={onReplay}
          />
        )}
      </div>
    </>
  );
}

/** The query of the address; "the last hour" moves on in steps. */
function useSteadyQuery(search: ReturnType<typeof useSearchState>[0]): Query {
  const now = useNow();
  const text = JSON.stringify(queryOf(search, now));
  return useMemo(() => JSON.parse(text) as Query, [text]);
}

/** What the list shows and which of it is open. */
interface CallView {
  readonly calls: readonly CallLine[];
  readonly list: ReturnType<typeof useCalls>;
  readonly tail: Tail;
  readonly isLive: boolean;
  /** Why it cannot be; `null` where it can. */
  readonly notLive: string | null;
  readonly selected: string | null;
  readonly marked: string | null;
  readonly select: (id: string | null) => void;
  readonly step: (by: 1 | -1) => void;
  readonly mark: () => void;
  readonly toggleLive: () => void;
  readonly onTop: (isAtTop: boolean) => void;
}

function useCallView(query: Query, order: "newest" | "oldest"): CallView {
  const [search, change] = useSearchState();
  const notLive = whyNotLive(query, order, search["until"]);
  const isLive = search["live"] === "on" && notLive === null;
  const list = useCalls(query, order);
  const tail = useTail(query, isLive);
  const [held, setHeld] = useState<readonly CallLine[] | null>(null);
  const listed = list.data;
  const read = useMemo(() => together(held ?? tail.calls, listed ?? []), [held, tail.calls, listed]);
  const calls = useGists(read, query, order);
  const selected = search["row"] ?? null;
  const select = useCallback((id: string | null) => change({ row: id }), [change]);
  // Whoever has scrolled away reads: nothing moves under their eyes until they are back at the top.
  const onTop = useCallback(
    (isAtTop: boolean) => setHeld((before) => (isAtTop ? null : (before ?? tail.calls))),
    [tail.calls],
  );
  return {
    calls,
    list,
    tail,
    isLive,
    notLive,
    selected,
    marked: search["mark"] ?? null,
    select,
    step(by) {
      const at = calls.findIndex(({ id }) => id === selected);
      const next = calls[at < 0 ? 0 : Math.max(0, Math.min(calls.length - 1, at + by))];
      if (next !== undefined) select(next.id);
    },
    mark: () => change({ mark: search["mark"] === selected ? null : selected }),
    toggleLive: () => change({ live: isLive ? null : "on" }),
    onTop,
  };
}

/** New calls above those of the list, each once. */
function together(fresh: readonly CallLine[], listed: readonly CallLine[]): readonly CallLine[] {
  if (fresh.length === 0) return listed;
  const known = new Set(listed.map(({ id }) => id));
  return [...fresh.filter(({ id }) => !known.has(id)), ...listed];
}

function useCallKeys(
  view: CallView,
  { filter, replay }: { readonly filter: () => void; readonly replay: () => void },
): void {
  const navigate = useNavigate();
  const { selected, marked } = view;
  useKeys("Calls", [
    { key: "j", does: "Next call", run: () => view.step(1) },
    { key: "k", does: "Call before", run: () => view.step(-1) },
    {
      key: "Enter",
      does: "Open the call",
      run: () => selected !== null && void navigate({ to: `/calls/${selected}`, search: onlyEnvironment }),
    },
    { key: "Escape", does: "Close the call", run: () => view.select(null) },
    { key: "m", does: "Mark the call", run: () => selected !== null && view.mark() },
    {
      key: "d",
      does: "Difference with the marked call",
      run: () => {
        if (selected === null || marked === null || marked === selected) return;
        void navigate({
          to: "/calls-diff",
          search: (before: Search) => ({ ...onlyEnvironment(before), a: marked, b: selected }),
        });
      },
    },
    { key: "p", does: "Replay the call", run: () => selected !== null && replay() },
    { key: "f", does: "More filters", run: filter },
    { key: "t", does: "Live tail on or off", run: () => view.notLive === null && view.toggleLive() },
  ]);
}

interface LeadProps {
  readonly tally: Tally | null;
  readonly fault: Error | null;
  readonly view: Pick<CallView, "notLive" | "tail">;
}

function Lead({ tally, fault, view: { notLive, tail } }: LeadProps) {
  const { skipped } = tail;
  if (fault !== null) return <span className="text-bad">They could not be counted: {fault.message}</span>;
  if (tally === null) return <>Counting …</>;
  const { calls, failed, is_exact: isExact, behind } = tally;
  const live = notLive !== null && <span className="text-faint"> · Live is off: {notLive}</span>;
  if (calls === 0) return <>No calls meet this{live === false ? "." : live}</>;
  return (
    <>
      {isExact ? "" : "At least "}
      {count(calls)} calls, {share(failed / calls)} failed
      {behind > 0 && <span className="text-faint"> · some of the newest are not counted yet</span>}
      {skipped > 0 && (
        <span className="text-warn">
          {" "}
          · at least {count(skipped)} new ones are left out of the list: turn Live off and load again
        </span>
      )}
      {live}
    </>
  );
}

function Actions({ query, order, view }: { query: Query; order: "newest" | "oldest"; view: CallView }) {
  const [, change] = useSearchState();
  const { environment } = useEnvironment();
  const { isLive, notLive, tail } = view;
  return (
    <>
      <Button
        icon={isLive ? Pause : Radio}
        hint="t"
        disabled={notLive !== null}
        title={notLive ?? undefined}
        aria-pressed={isLive}
        onClick={view.toggleLive}
      >
        {isLive ? (tail.state === "live" ? `Live · ${count(tail.calls.length)} new` : "Connecting …") : "Live"}
      </Button>
      <Button
        icon={order === "newest" ? ArrowDownWideNarrow : ArrowUpNarrowWide}
        onClick={() => change({ order: order === "newest" ? "oldest" : null })}
      >
        {order === "newest" ? "Newest first" : "Oldest first"}
      </Button>
      <a
        href={`/api/calls/export${queryText({ ...query, environment })}`}
        download="calls.jsonl"
        className={buttonLook()}
      >
        <Download size={15} aria-hidden /> Export
      </a>
    </>
  );
}

function Results({ view, isPhone, hasFilters }: { view: CallView; isPhone: boolean; hasFilters: boolean }) {
  const { list, calls, selected, marked, select, onTop } = view;
  const { fetchNextPage } = list;
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  if (list.error !== null && calls.length === 0) {
    return (
      <div className="flex-1">
        <Problem error={list.error} onRetry={() => void list.refetch()} />
      </div>
    );
  }
  if (list.data === undefined)
    return (
      <div className="flex-1">
        <SkeletonRows />
      </div>
    );
  if (calls.length === 0) {
    return (
      <div className="flex-1">
        <Empty title={hasFilters ? "No calls meet this" : "No calls yet"}>
          {hasFilters
            ? "Take a filter away, or look at a longer time."
            : "Point an OpenAI or Anthropic SDK at this server: each call is here a moment later."}
        </Empty>
      </div>
    );
  }
  return (
    <CallList
      calls={calls}
      selected={selected}
      marked={marked}
      isPhone={isPhone}
      hasMore={list.hasNextPage}
      isFull={list.data.length >= MOST_LISTED}
      isLoading={list.isFetchingNextPage}
      onMore={onMore}
      onOpen={select}
      onTop={onTop}
    />
  );
}
