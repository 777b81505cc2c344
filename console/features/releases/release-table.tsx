import { Package } from "lucide-react";
import { Id } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { releasePath } from "../rollouts/rollout-title.tsx";
import type { ListedRelease } from "./listed-release.ts";
import { ReleaseFate } from "./release-fate.tsx";

interface ReleaseTableProps {
  readonly releases: readonly ListedRelease[];
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
        { head: "What became of it", cell: (release) => <ReleaseFate release={release} /> },
        { head: "By", wide: true, cell: ({ author }) => author },
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
