import { Package } from "lucide-react";
import type { listReleases } from "../../../src/contract/endpoints.ts";
import type { Answer } from "../../lib/api.ts";
import { Id } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { releasePath } from "../rollouts/rollout-title.tsx";

type ReleaseSummary = Answer<typeof listReleases>["data"][number];

interface ReleaseTableProps {
  readonly releases: readonly ReleaseSummary[];
  readonly onOpen: (name: string) => void;
}

/** Releases as a table; each opens its page. */
export function ReleaseTable({ releases, onOpen }: ReleaseTableProps) {
  if (releases.length === 0) return <Empty icon={Package} title="No releases yet" />;
  return (
    <Table
      caption="Releases"
      rows={releases}
      keyOf={({ id }) => id}
      onOpen={({ name }) => onOpen(name)}
      columns={[
        {
          head: "Release",
          cell: ({ name }) => (
            <Link to={releasePath(name)} bare className="font-medium">
              {name}
            </Link>
          ),
        },
        { head: "By", cell: ({ author }) => author },
        { head: "Digest", wide: true, cell: ({ digest }) => <Id text={digest} /> },
        {
          head: "Made",
          right: true,
          cell: ({ created_at: at }) => (
            <span className="text-dim">
              <Time at={at} show="relative" />
            </span>
          ),
        },
      ]}
    />
  );
}
