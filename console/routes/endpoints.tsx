import { useNavigate } from "@tanstack/react-router";
import { Route } from "lucide-react";
import type { listEndpoints } from "../../src/contract/endpoints.ts";
import { errorShare, stepsOf, useSeries, valuesAt } from "../features/endpoints/use-series.ts";
import type { SeriesSum, SeriesView } from "../features/endpoints/use-series.ts";
import { releasePath } from "../features/rollouts/rollout-title.tsx";
import type { Answer } from "../lib/api.ts";
import { count, duration, NO_DATA, pico, plain, share } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { onlyEnvironment } from "../shell/nav-links.tsx";
import { ArmMark } from "../ui/arm-mark.tsx";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Sparkline } from "../ui/sparkline.tsx";
import { Table } from "../ui/table.tsx";
import type { Column } from "../ui/table.tsx";
import { WeightBar } from "../ui/weight-bar.tsx";

type EndpointView = Answer<typeof listEndpoints>["data"][number];

const HOUR_S = 3_600;

/** Endpoints: what serves them, what their calls came to in a day. */
export function EndpointsPage() {
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints", { topics: ["routes", "rollouts"] });
  const hours = useSeries({ hours: 24, stepSeconds: HOUR_S, by: "endpoint" });
  const day = useSeries({ hours: 24, stepSeconds: null, by: "endpoint" });
  return (
    <Page title="Endpoints" lead="The names that applications call. Numbers are of the last 24 hours.">
      <Panel flush>
        <Loaded query={endpoints}>
          {({ data }) => <EndpointTable endpoints={data} hours={hours.data ?? null} day={day.data ?? null} />}
        </Loaded>
      </Panel>
    </Page>
  );
}

/** What a day's calls came to: by the hour, and in all. */
interface DaySeries {
  readonly hours: SeriesView | null;
  readonly day: SeriesView | null;
}

function EndpointTable({ endpoints, ...series }: DaySeries & { readonly endpoints: readonly EndpointView[] }) {
  const navigate = useNavigate();
  if (endpoints.length === 0) {
    return (
      <Empty icon={Route} title="No endpoints yet">
        Write a project with an endpoint and run <code className="font-mono">rollward apply</code>.{" "}
        <Link to="/start">The first steps</Link>
      </Empty>
    );
  }
  return (
    <Table
      caption="Endpoints"
      rows={endpoints}
      keyOf={({ endpoint }) => endpoint}
      onOpen={({ endpoint }) => void navigate({ to: `/endpoints/${endpoint}`, search: onlyEnvironment })}
      columns={[...ROUTING, ...numbersOf(series)]}
    />
  );
}

const ROUTING: readonly Column<EndpointView>[] = [
  {
    head: "Endpoint",
    cell: ({ endpoint }) => (
      <Link to={`/endpoints/${endpoint}`} bare className="font-medium">
        {endpoint}
      </Link>
    ),
  },
  {
    head: "Serves",
    cell: ({ stable, rollout }) => (
      <span className="flex flex-col gap-1">
        <Link to={releasePath(stable.name)} bare>
          <ArmMark arm="stable">{stable.name}</ArmMark>
        </Link>
        {rollout !== null && (
          <Link to={`/rollouts/${rollout.id}`} bare className="flex items-center gap-2">
            <ArmMark arm="candidate">
              {rollout.candidate.name} {share(rollout.weight)}
            </ArmMark>
            <WeightBar weight={rollout.weight} className="max-w-20 max-sm:hidden" />
          </Link>
        )}
      </span>
    ),
  },
];

/** Calls, errors, latency, cost and score of a day; "no data" where nobody called. */
function numbersOf({ hours, day }: DaySeries): readonly Column<EndpointView>[] {
  const times = hours === null ? [] : stepsOf(hours, HOUR_S);
  const sums = (endpoint: string) => (hours?.data ?? []).filter((sum) => sum.endpoint === endpoint);
  const total = ({ endpoint }: EndpointView) => day?.data.find((sum) => sum.endpoint === endpoint);
  const number = (head: string, write: (sum: SeriesSum) => string, wide = false): Column<EndpointView> => ({
    head,
    right: true,
    wide,
    cell: (row) => {
      const sum = total(row);
      return sum === undefined ? <span className="text-faint">{NO_DATA}</span> : write(sum);
    },
  });
  return [
    {
      head: "By hour",
      wide: true,
      right: true,
      cell: ({ endpoint }) => (
        <Sparkline
          values={valuesAt(times, sums(endpoint), ({ calls }) => calls)}
          label={`Calls of ${endpoint} by hour`}
        />
      ),
    },
    number("Calls", ({ calls }) => count(calls)),
    number("Errors", (sum) => share(errorShare(sum))),
    number("p95", ({ latency }) => duration(latency?.p95.ms), true),
    number("Cost", ({ cost_pico: cost }) => pico(cost), true),
    number("Score", ({ scores, judged }) => plain(scores.mean ?? judged.mean), true),
  ];
}
