import type { showStorage } from "../../../src/contract/storage.ts";
import type { Answer } from "../../lib/api.ts";
import { bytes, shortCount } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ShareBar } from "../../ui/share-bar.tsx";
import { Table } from "../../ui/table.tsx";

/** What fills the disk, the largest first. */
export function Storage() {
  const storage = useApi<typeof showStorage>("/api/storage", { perEnvironment: false, everyMs: 30_000 });
  return <Loaded query={storage}>{(data) => <Classes of={data} />}</Loaded>;
}

const KINDS = {
  embedded: "the embedded database",
  server: "PostgreSQL",
  memory: "memory only",
} as const;

function Classes({ of: { database, bytes: all, data } }: { of: Answer<typeof showStorage> }) {
  if (data.length === 0) {
    return (
      <Panel title="Storage">
        <Empty title="Nothing is on a disk">This server keeps everything in memory and forgets it when it stops.</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={bytes(all)} note={`in ${KINDS[database]}, indexes included`} flush>
      <Table
        caption="Storage by class"
        rows={data}
        keyOf={({ kind }) => kind}
        columns={[
          { head: "What", cell: (row) => <What {...row} /> },
          { head: "Share", wide: true, cell: (row) => <ShareBar share={all === 0 ? 0 : row.bytes / all} /> },
          { head: "Size", right: true, cell: (row) => bytes(row.bytes) },
          { head: "Kept for", wide: true, cell: ({ kept }) => <span className="text-xs text-dim">{kept}</span> },
          { head: "Rows, about", right: true, wide: true, cell: ({ rows }) => shortCount(rows) },
        ]}
      />
    </Panel>
  );
}

function What({ kind, words }: { kind: string; words: string }) {
  return (
    <div>
      <p className="font-medium capitalize">{kind}</p>
      <p className="text-xs text-faint">{words}</p>
    </div>
  );
}
