import type { listUses } from "../../../src/contract/versions.ts";
import type { Answer } from "../../lib/api.ts";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";

/** Releases that pin it, where they serve, and which of its models retire soon. */
export function VersionUses({ uses: { data, retiring } }: { uses: Answer<typeof listUses> }) {
  return (
    <Panel title="Who uses it" note={data.length === 1 ? "1 release" : `${data.length} releases`} flush>
      {retiring.map(({ model, words }) => (
        <p key={model} className="border-b border-line px-4 py-2 text-sm">
          <StateMark state="warn" plain>
            {words}
          </StateMark>
        </p>
      ))}
      {data.length === 0 ? (
        <Empty title="No release pins it" />
      ) : (
        <ul className="divide-y divide-line text-sm">
          {data.map(({ release, version, where }) => (
            <li key={release} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2">
              <Link to={releasePath(release)} className="font-medium">
                {release}
              </Link>
              <code className="text-xs text-faint">{version}</code>
              <span className="ml-auto text-xs text-dim">{where.join(", ") || "serves nowhere now"}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The page of a release by its name for people: `support-bot@7`. */
function releasePath(name: string): string {
  const at = name.lastIndexOf("@");
  return `/releases/${name.slice(0, at)}/${name.slice(at + 1)}`;
}
