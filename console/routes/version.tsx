import type { listUses, listVersions, showVersion } from "../../src/contract/versions.ts";
import { VersionUses } from "../features/prompts/version-uses.tsx";
import { contentText, languageOf } from "../features/prompts/content-text.ts";
import type { Answer } from "../lib/api.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { CodeDiff, CodeView } from "../ui/code-diff.tsx";

import { Id } from "../ui/copy.tsx";
import { Facts } from "../ui/facts.tsx";
import { Select } from "../ui/field.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Time } from "../ui/time.tsx";

type Version = Answer<typeof showVersion>;

/** One version: what it says, beside another one, and who uses it. */
export function VersionPage() {
  const [search] = useSearchState();
  const query = { kind: search["kind"] ?? "prompt", version: search["version"] ?? "" };
  const version = useApi<typeof showVersion>("/api/versions/show", { query });
  const uses = useApi<typeof listUses>("/api/versions/uses", { query, topics: ["routes", "rollouts"] });
  return (
    <Loaded query={version}>
      {(data) => (
        <Page title={data.version} lead={`${data.kind} · version ${data.number}`} actions={<Against version={data} />}>
          <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,1.4fr)]">
            <VersionText version={data} />
            <div className="flex min-w-0 flex-col gap-4">
              <Panel title="What it is">
                <Facts
                  rows={[
                    ["Digest", <Id key="digest" text={data.digest} />],
                    ["Pinned first", <Time key="made" at={data.created_at} />],
                  ]}
                />
              </Panel>
              <Loaded query={uses}>{(found) => <VersionUses uses={found} />}</Loaded>
            </div>
          </div>
        </Page>
      )}
    </Loaded>
  );
}

/** Which other version of the line it is shown beside. */
function Against({ version }: { version: Version }) {
  const [search, change] = useSearchState();
  const query = { kind: version.kind, name: version.name, limit: 200 };
  const others = useApi<typeof listVersions>("/api/versions", { query });
  const options = (others.data?.data ?? [])
    .filter((each) => each.version !== version.version)
    .map((each) => [each.version, `beside ${each.version}`] as const);
  if (options.length === 0) return null;
  return (
    <Select
      label="Beside which version"
      bare
      options={[["", "by itself"], ...options]}
      value={search["beside"] ?? ""}
      onChange={(event) => change({ beside: event.target.value })}
    />
  );
}

function VersionText({ version }: { version: Version }) {
  const [search] = useSearchState();
  const beside = search["beside"];
  const other = useApi<typeof showVersion>("/api/versions/show", {
    query: { kind: version.kind, version: beside },
    enabled: beside !== undefined,
  });
  const text = contentText(version.content);
  if (beside === undefined) {
    return (
      <Panel title="What it says" flush>
        <CodeView text={text} language={languageOf(version.content)} label={version.version} />
      </Panel>
    );
  }
  return (
    <Panel title={`${beside} → ${version.version}`} flush>
      <Loaded query={other}>
        {(data) => (
          <CodeDiff
            before={contentText(data.content)}
            after={text}
            language={languageOf(version.content)}
            label={`${beside} beside ${version.version}`}
          />
        )}
      </Loaded>
    </Panel>
  );
}
