import { useNavigate } from "@tanstack/react-router";
import type { listEndpoints, listReleases } from "../../src/contract/endpoints.ts";
import { ReleaseTable } from "../features/releases/release-table.tsx";
import { releasePath } from "../features/rollouts/rollout-title.tsx";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { onlyEnvironment } from "../shell/nav-links.tsx";
import { Empty } from "../ui/empty.tsx";
import { Select } from "../ui/field.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";

/** Releases of an endpoint, newest first. */
export function ReleasesPage() {
  const [search, change] = useSearchState();
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints", { topics: ["routes"] });
  const names = endpoints.data?.data.map(({ endpoint }) => endpoint) ?? [];
  const endpoint = search["endpoint"] ?? names[0] ?? null;
  return (
    <Page
      title="Releases"
      lead="A release is one immutable bundle: prompt, models, parameters, tools, policies."
      actions={
        names.length > 1 &&
        endpoint !== null && (
          <Select
            bare
            label="Endpoint"
            value={endpoint}
            options={names.map((name) => [name, name] as const)}
            onChange={(event) => change({ endpoint: event.target.value })}
          />
        )
      }
    >
      <Panel flush>
        <Loaded query={endpoints}>
          {() =>
            endpoint === null ? (
              <Empty title="No endpoints yet">
                Releases are made by <code className="font-mono">rollward apply</code>.{" "}
                <Link to="/start">The first steps</Link>
              </Empty>
            ) : (
              <ReleasesOf endpoint={endpoint} />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function ReleasesOf({ endpoint }: { endpoint: string }) {
  const navigate = useNavigate();
  const releases = useApi<typeof listReleases>("/api/endpoints/{endpoint}/releases", {
    params: { endpoint },
    query: { limit: 200 },
    topics: ["rollouts"],
  });
  return (
    <Loaded query={releases}>
      {({ data }) => (
        <ReleaseTable
          releases={data}
          onOpen={(name) => void navigate({ to: releasePath(name), search: onlyEnvironment })}
        />
      )}
    </Loaded>
  );
}
