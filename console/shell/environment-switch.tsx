import { ChevronDown, Layers } from "lucide-react";
import type { listEnvironments } from "../../src/contract/environments.ts";
import { useApi } from "../lib/use-api.ts";
import { useEnvironment } from "../lib/use-environment.ts";
import { useSearchState } from "../lib/use-search.ts";
import { useSession } from "../lib/session.ts";
import { Menu } from "../ui/menu.tsx";

/** Chooses the environment that every page looks at; it stands in the address. */
export function EnvironmentSwitch() {
  const { data: session } = useSession();
  const { environment } = useEnvironment();
  const [, change] = useSearchState();
  const { data } = useApi<typeof listEnvironments>("/api/environments", { perEnvironment: false, topics: ["changes"] });
  const bound = session?.key.environment ?? null;
  const shown = environment ?? bound ?? session?.environment ?? "";
  const others = data?.data ?? [];
  const face = (
    <>
      <Layers size={14} aria-hidden className="text-faint" />
      <span className="max-w-40 truncate">{shown}</span>
    </>
  );
  if (bound !== null || others.length < 2) {
    return <span className="flex items-center gap-2 text-sm font-medium">{face}</span>;
  }
  return (
    <Menu
      align="start"
      title="Environment"
      trigger={
        <button
          type="button"
          aria-label={`Environment: ${shown}`}
          className="-ml-2 flex h-8 items-center gap-2 rounded-md px-2 text-sm font-medium hover:bg-hover"
        >
          {face}
          <ChevronDown size={14} aria-hidden className="text-faint" />
        </button>
      }
      items={others.map(({ environment: name, own, endpoints }) => ({
        label: name,
        note: `${endpoints.length} ${endpoints.length === 1 ? "endpoint" : "endpoints"}`,
        chosen: name === shown,
        onSelect: () => change({ environment: own ? null : name }, { replace: false }),
      }))}
    />
  );
}
