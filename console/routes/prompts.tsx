import { FileText } from "lucide-react";
import type { z } from "zod";
import type { listVersions, versionView } from "../../src/contract/versions.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Empty } from "../ui/empty.tsx";
import { SearchInput } from "../ui/field.tsx";
import { Link } from "../ui/link.tsx";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Table } from "../ui/table.tsx";
import { Tabs, useTab } from "../ui/tabs.tsx";
import { Time } from "../ui/time.tsx";

type Version = z.output<typeof versionView>;

const KINDS = [
  { id: "prompt", label: "Prompts" },
  { id: "tool", label: "Tools" },
  { id: "model", label: "Models" },
] as const;

/** Prompts, tools and models, each versioned on its own; a release pins one version of each. */
export function PromptsPage() {
  const [search, change] = useSearchState();
  const kind = useTab("kind", KINDS);
  const versions = useApi<typeof listVersions>("/api/versions", { query: { kind, limit: 1_000 }, topics: ["routes"] });
  return (
    <Page
      title="Prompts and tools"
      lead="Each has versions of its own; a release pins one of each. Edit the files and apply the project to make another."
      actions={
        <SearchInput
          label="Search by name"
          placeholder="Search"
          value={search["q"] ?? ""}
          onChange={(event) => change({ q: event.target.value })}
          className="w-48"
        />
      }
    >
      <Tabs name="kind" label="Kind" tabs={KINDS} />
      <Panel flush>
        <Loaded query={versions}>
          {({ data }) => <Lines kind={kind} lines={linesOf(data, search["q"] ?? "")} isNone={data.length === 0} />}
        </Loaded>
      </Panel>
    </Page>
  );
}

interface Line {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly Version[];
}

function linesOf(all: readonly Version[], words: string): readonly Line[] {
  const found = Map.groupBy(all, ({ name }) => name);
  return [...found]
    .filter(([name]) => name.toLowerCase().includes(words.toLowerCase()))
    .map(([name, versions]) => ({ name, versions: versions.toSorted((one, other) => other.number - one.number) }));
}

function Lines({ kind, lines, isNone }: { kind: string; lines: readonly Line[]; isNone: boolean }) {
  if (isNone) {
    return (
      <Empty icon={FileText} title={`No ${kind}s yet`}>
        They get here with the first release that uses one: `rollward apply`.
      </Empty>
    );
  }
  if (lines.length === 0) return <Empty icon={FileText} title="No name is like that" />;
  return (
    <Table
      caption={`${kind}s`}
      rows={lines}
      keyOf={({ name }) => name}
      columns={[
        {
          head: "Name",
          cell: ({ name, versions }) => (
            <Link to="/versions" search={{ kind, version: versions[0]?.version ?? name }} className="font-medium">
              {name}
            </Link>
          ),
        },
        { head: "Newest", cell: ({ versions }) => <code className="text-xs">{versions[0]?.version}</code> },
        { head: "Versions", right: true, cell: ({ versions }) => versions.length },
        {
          head: "Made",
          right: true,
          wide: true,
          cell: ({ versions }) => (versions[0] === undefined ? null : <Time at={versions[0].created_at} />),
        },
      ]}
    />
  );
}
