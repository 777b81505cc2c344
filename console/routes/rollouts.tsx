import { useNavigate } from "@tanstack/react-router";
import { Rocket } from "lucide-react";
import type { listRollouts } from "../../src/contract/rollouts.ts";
import { hasEnded, RolloutState } from "../features/rollouts/rollout-state.tsx";
import type { RolloutView } from "../features/rollouts/rollout-view.ts";
import { notSeen } from "../features/rollouts/step-ladder.tsx";
import { count, share } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { onlyEnvironment } from "../shell/nav-links.tsx";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Choice } from "../ui/tabs.tsx";
import { Table } from "../ui/table.tsx";
import type { Column } from "../ui/table.tsx";
import { Time } from "../ui/time.tsx";
import { WeightBar } from "../ui/weight-bar.tsx";

/** Rollouts, newest first. */
export function RolloutsPage() {
  const [search, change] = useSearchState();
  const show = search["show"] === "open" ? "open" : "all";
  const rollouts = useApi<typeof listRollouts>("/api/rollouts", {
    query: { endpoint: search["endpoint"], open: show === "open" ? true : null, limit: 100 },
    topics: ["rollouts"],
  });
  return (
    <Page
      title="Rollouts"
      lead="How each release came to its users, and on which evidence."
      actions={
        <Choice
          label="Which rollouts"
          options={[
            ["all", "All"],
            ["open", "Under way"],
          ]}
          value={show}
          onChoose={(value) => change({ show: value === "all" ? null : value })}
        />
      }
    >
      <Panel flush>
        <Loaded query={rollouts}>{({ data }) => <RolloutTable rollouts={data} />}</Loaded>
      </Panel>
    </Page>
  );
}

const COLUMNS: readonly Column<RolloutView>[] = [
  {
    head: "Rollout",
    cell: ({ id, stable, candidate }) => (
      <Link to={`/rollouts/${id}`} bare className="font-medium whitespace-nowrap">
        {stable} → {candidate}
      </Link>
    ),
  },
  { head: "State", cell: (rollout) => <RolloutState rollout={rollout} /> },
  {
    head: "Candidate",
    wide: true,
    cell: (rollout) =>
      hasEnded(rollout) ? (
        <span className="text-faint">ended</span>
      ) : (
        <span className="flex items-center gap-2">
          <WeightBar weight={rollout.weight} className="w-20" />
          <span className="text-right text-xs whitespace-nowrap">{share(rollout.weight)}</span>
        </span>
      ),
  },
  {
    head: "Sessions",
    wide: true,
    right: true,
    cell: ({ sessions, state }) =>
      sessions === null ? notSeen({ state }) : count(sessions.candidate + sessions.stable),
  },
  {
    head: "Why",
    wide: true,
    className: "max-w-md",
    cell: ({ explanation }) => <span className="line-clamp-2 text-dim">{explanation}</span>,
  },
  {
    head: "When",
    right: true,
    cell: ({ ended_at: endedAt, started_at: startedAt, created_at: createdAt }) => (
      <span className="text-dim">
        <Time at={endedAt ?? startedAt ?? createdAt} show="relative" />
      </span>
    ),
  },
];

/** Rollouts as a table; each opens its page. */
export function RolloutTable({ rollouts }: { rollouts: readonly RolloutView[] }) {
  const navigate = useNavigate();
  if (rollouts.length === 0) {
    return (
      <Empty icon={Rocket} title="No rollouts here">
        A rollout opens by itself when <code className="font-mono">rollward apply</code> brings a changed prompt, model
        or parameter.
      </Empty>
    );
  }
  return (
    <Table
      caption="Rollouts"
      rows={rollouts}
      keyOf={({ id }) => id}
      onOpen={({ id }) => void navigate({ to: `/rollouts/${id}`, search: onlyEnvironment })}
      columns={COLUMNS}
    />
  );
}
