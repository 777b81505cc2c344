import type { listReleases, showRelease } from "../../src/contract/endpoints.ts";
import { usualBefore } from "../features/releases/listed-release.ts";
import { ReleaseChanges } from "../features/releases/release-changes.tsx";
import { ReleaseContent } from "../features/releases/release-content.tsx";
import { useApi } from "../lib/use-api.ts";
import { useParam } from "../lib/use-param.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Id } from "../ui/copy.tsx";
import { Empty } from "../ui/empty.tsx";
import { Select } from "../ui/field.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { StateMark } from "../ui/state-mark.tsx";
import { Tabs, useTab } from "../ui/tabs.tsx";
import { Time } from "../ui/time.tsx";

const TABS = [
  { id: "changes", label: "Changes" },
  { id: "content", label: "Content" },
  { id: "versions", label: "Versions" },
] as const;

/** One release: against another one, and what is in it. */
export function ReleasePage() {
  const endpoint = useParam("endpoint");
  const number = useParam("number");
  const name = `${endpoint}@${number}`;
  const tab = useTab("show", TABS);
  const release = useApi<typeof showRelease>("/api/endpoints/{endpoint}/releases/{number}", {
    params: { endpoint, number },
    topics: ["routes"],
  });
  return (
    <Page title={name} lead={release.data === undefined ? "…" : <Lead release={release.data} />}>
      <Tabs name="show" label="What to show" tabs={TABS} />
      <Loaded query={release}>
        {(found) => (
          <>
            {tab === "changes" && <Against endpoint={endpoint} number={Number(number)} />}
            {tab === "content" && <ReleaseContent content={found.content} />}
            {tab === "versions" && <Versions versions={found.versions} />}
          </>
        )}
      </Loaded>
    </Page>
  );
}

type Release = NonNullable<ReturnType<typeof useApi<typeof showRelease>>["data"]>;

function Lead({ release: { author, created_at: at, digest, where, retiring } }: { release: Release }) {
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {where.length === 0 ? (
        <StateMark state="none">Serves nowhere</StateMark>
      ) : (
        <StateMark state="ok">Serves: {where.join(", ")}</StateMark>
      )}
      {retiring.length > 0 && <StateMark state="warn">A model retires soon</StateMark>}
      <span>
        by {author}, <Time at={at} />
      </span>
      <Id text={digest} />
    </span>
  );
}

/** The comparison with another release of the endpoint; by default what serves. */
function Against({ endpoint, number }: { endpoint: string; number: number }) {
  const [search, change] = useSearchState();
  const releases = useApi<typeof listReleases>("/api/endpoints/{endpoint}/releases", {
    params: { endpoint },
    query: { limit: 200 },
  });
  const listed = releases.data?.data ?? [];
  const others = listed.filter((each) => each.number !== number);
  const before = Number(search["against"] ?? usualBefore(listed, number) ?? Number.NaN);
  if (releases.data === undefined) return null;
  if (Number.isNaN(before)) {
    return (
      <Panel>
        <Empty title="The first release">
          There is nothing before it to compare with. <Link to={`/endpoints/${endpoint}`}>Its endpoint</Link>
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <div className="flex items-center gap-2 text-sm">
        <span className="text-dim">Against</span>
        <Select
          bare
          label="Against which release"
          value={String(before)}
          options={others.map((each) => [String(each.number), each.name] as const)}
          onChange={(event) => change({ against: event.target.value })}
        />
      </div>
      <ReleaseChanges before={`${endpoint}@${before}`} after={`${endpoint}@${number}`} />
    </>
  );
}

function Versions({ versions }: { versions: Release["versions"] }) {
  return (
    <Panel title="What it pins" note="one version each of prompts, models and tools">
      <ul className="flex flex-col divide-y divide-line">
        {versions.map(({ kind, version, digest }) => (
          <li
            key={`${kind} ${version}`}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2 text-sm first:pt-0"
          >
            <span className="w-16 text-faint">{kind}</span>
            <span className="flex-1 break-all">{version}</span>
            <Id text={digest} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
