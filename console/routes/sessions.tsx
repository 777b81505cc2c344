import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { MessagesSquare } from "lucide-react";
import { useMemo } from "react";
import type { listSessions } from "../../src/contract/sessions.ts";
import { FilterBar } from "../features/calls/filter-bar.tsx";
import { MoreFilters } from "../features/calls/more-filters.tsx";
import { askedOf, ServedBy } from "../features/calls/call-words.tsx";
import { usePinnedQuery } from "../features/calls/use-pinned-query.ts";
import { callApi } from "../lib/api.ts";
import type { Answer, ApiError } from "../lib/api.ts";
import { count, span, usd } from "../lib/format.ts";
import { useEnvironment } from "../lib/use-environment.ts";
import { useSearchState } from "../lib/use-search.ts";
import type { Search } from "../lib/use-search.ts";
import { onlyEnvironment } from "../shell/nav-links.tsx";
import { Button } from "../ui/button.tsx";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Table } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { useState } from "react";

type SessionsPageData = Answer<typeof listSessions>;
type SessionLine = SessionsPageData["data"][number];

/** Conversations: what several calls of one session came to. */
export function SessionsPage() {
  const [search, change] = useSearchState();
  const [isFiltering, setFiltering] = useState(false);
  const sessions = useSessions();
  const rows = useMemo(() => sessions.data?.pages.flatMap(({ data }) => data) ?? [], [sessions.data]);
  return (
    <Page title="Sessions" lead="Conversations, by their newest call. A session is what a rollout assigns and counts.">
      <FilterBar search={search} onChange={change} onMore={() => setFiltering(true)} />
      <Panel flush>
        <Loaded query={sessions}>{() => <SessionTable sessions={rows} />}</Loaded>
        {sessions.hasNextPage && (
          <div className="flex justify-center border-t border-line p-2">
            <Button kind="quiet" disabled={sessions.isFetchingNextPage} onClick={() => void sessions.fetchNextPage()}>
              {sessions.isFetchingNextPage ? "Reading …" : "More sessions"}
            </Button>
          </div>
        )}
      </Panel>
      {isFiltering && (
        <MoreFilters
          search={search}
          tally={null}
          withFacets={false}
          onChange={change}
          onClose={() => setFiltering(false)}
        />
      )}
    </Page>
  );
}

function useSessions() {
  const [search] = useSearchState();
  const { environment } = useEnvironment();
  const query = { ...usePinnedQuery(search), environment, limit: 50 };
  return useInfiniteQuery<
    SessionsPageData,
    ApiError,
    { readonly pages: SessionsPageData[] },
    readonly unknown[],
    string | null
  >({
    queryKey: ["sessions", query],
    queryFn: async ({ pageParam, signal }) =>
      (await callApi({ path: "/api/sessions", query: { ...query, after: pageParam }, signal })) as SessionsPageData,
    initialPageParam: null,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

function SessionTable({ sessions }: { sessions: readonly SessionLine[] }) {
  const navigate = useNavigate();
  if (sessions.length === 0) {
    return (
      <Empty icon={MessagesSquare} title="No sessions meet this">
        Name one in each call: the header <code className="font-mono text-xs">x-rollward-session</code>, or{" "}
        <code className="font-mono text-xs">metadata.session_id</code>.
      </Empty>
    );
  }
  return (
    <Table
      caption="Sessions"
      rows={sessions}
      keyOf={({ session }) => session}
      onOpen={({ session }) =>
        void navigate({ to: "/session", search: (before: Search) => ({ ...onlyEnvironment(before), session }) })
      }
      columns={[
        {
          head: "Session",
          className: "max-w-56",
          cell: ({ session }) => (
            <Link to="/session" search={{ session }} bare className="block truncate font-medium">
              {session}
            </Link>
          ),
        },
        {
          head: "Last asked",
          wide: true,
          className: "max-w-96",
          cell: ({ last }) => <span className="block truncate text-xs text-dim">{askedOf(last)}</span>,
        },
        { head: "Served by", wide: true, className: "max-w-44", cell: ({ last }) => <ServedBy call={last} /> },
        {
          head: "Calls",
          right: true,
          cell: ({ calls, failed }) => (
            <>
              {count(calls)}
              {failed > 0 && <span className="text-bad"> · {count(failed)} failed</span>}
            </>
          ),
        },
        {
          head: "Lasted",
          right: true,
          wide: true,
          cell: ({ first_at: from, last_at: to }) => span((Date.parse(to) - Date.parse(from)) / 1_000),
        },
        { head: "Cost", right: true, cell: ({ cost_usd: cost }) => usd(cost) },
        { head: "Last call", right: true, cell: ({ last_at: at }) => <Time at={at} show="relative" /> },
      ]}
    />
  );
}
