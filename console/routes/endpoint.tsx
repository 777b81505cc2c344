import { useNavigate } from "@tanstack/react-router";
import type { listEndpoints, listReleases } from "../../src/contract/endpoints.ts";
import type { listRollouts } from "../../src/contract/rollouts.ts";
import { EndpointCharts, SPANS } from "../features/endpoints/endpoint-charts.tsx";
import type { SpanName } from "../features/endpoints/endpoint-charts.tsx";
import { RollBack } from "../features/endpoints/roll-back.tsx";
import { releasePath } from "../features/rollouts/rollout-title.tsx";
import { RolloutTable } from "./rollouts.tsx";
import { ReleaseTable } from "../features/releases/release-table.tsx";
import { share } from "../lib/format.ts";
import { useApi } from "../lib/use-api.ts";
import { useParam } from "../lib/use-param.ts";
import { useSearchState } from "../lib/use-search.ts";
import { ArmMark } from "../ui/arm-mark.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Choice } from "../ui/tabs.tsx";

const ORDER: readonly SpanName[] = ["hour", "day", "week"];

/** One endpoint: what serves it, how its calls go, what came before. */
export function EndpointPage() {
  const endpoint = useParam("endpoint");
  const [search, change] = useSearchState();
  const chosen = ORDER.find((each) => each === search["span"]) ?? "hour";
  return (
    <Page
      title={endpoint}
      lead={<Serving endpoint={endpoint} />}
      actions={
        <>
          <Choice
            label="How far back"
            options={ORDER.map((each) => [each, SPANS[each].label] as const)}
            value={chosen}
            onChoose={(span) => change({ span: span === "hour" ? null : span })}
          />
          <RollBack endpoint={endpoint} />
        </>
      }
    >
      <EndpointCharts endpoint={endpoint} name={chosen} />
      <Rollouts endpoint={endpoint} />
      <Releases endpoint={endpoint} />
    </Page>
  );
}

function Serving({ endpoint }: { endpoint: string }) {
  const { data } = useApi<typeof listEndpoints>("/api/endpoints", { topics: ["routes", "rollouts"] });
  const found = data?.data.find((each) => each.endpoint === endpoint);
  if (found === undefined) return <>{data === undefined ? "…" : "No endpoint of this name in this environment"}</>;
  const { stable, rollout } = found;
  return (
    <span className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <Link to={releasePath(stable.name)} bare>
        <ArmMark arm="stable">{stable.name} is stable</ArmMark>
      </Link>
      {rollout !== null && (
        <Link to={`/rollouts/${rollout.id}`} bare>
          <ArmMark arm="candidate">
            {rollout.candidate.name} gets {share(rollout.weight)}
          </ArmMark>
        </Link>
      )}
      <Link to="/calls" search={{ endpoint }}>
        Its calls
      </Link>
    </span>
  );
}

function Rollouts({ endpoint }: { endpoint: string }) {
  const query = { endpoint, limit: 5 };
  const rollouts = useApi<typeof listRollouts>("/api/rollouts", { query, topics: ["rollouts"] });
  return (
    <Panel
      flush
      title="Rollouts"
      actions={
        <Link to="/rollouts" search={{ endpoint }}>
          All
        </Link>
      }
    >
      <Loaded query={rollouts}>{({ data }) => <RolloutTable rollouts={data} />}</Loaded>
    </Panel>
  );
}

function Releases({ endpoint }: { endpoint: string }) {
  const navigate = useNavigate();
  const releases = useApi<typeof listReleases>("/api/endpoints/{endpoint}/releases", {
    params: { endpoint },
    query: { limit: 10 },
    topics: ["rollouts"],
  });
  return (
    <Panel flush title="Releases" note="newest first">
      <Loaded query={releases}>
        {({ data }) => <ReleaseTable releases={data} onOpen={(name) => void navigate({ to: releasePath(name) })} />}
      </Loaded>
    </Panel>
  );
}
