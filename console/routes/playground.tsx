import type { listEndpoints, listReleases } from "../../src/contract/endpoints.ts";
import { usualPair } from "../features/releases/listed-release.ts";
import type { ListedRelease } from "../features/releases/listed-release.ts";
import { Answers } from "../features/playground/answers.tsx";
import { Choices } from "../features/playground/choices.tsx";
import { Question } from "../features/playground/question.tsx";
import { usePlay } from "../features/playground/use-play.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";

/** As many releases as stand side by side. */
const MOST_BESIDE = 4;

/** One question to several releases of an endpoint, side by side. Nobody else sees it, and nothing is evidence. */
export function PlaygroundPage() {
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints");
  return (
    <Loaded query={endpoints}>{({ data }) => <Playground endpoints={data.map(({ endpoint }) => endpoint)} />}</Loaded>
  );
}

function Playground({ endpoints }: { endpoints: readonly string[] }) {
  const [search, change] = useSearchState();
  const endpoint = search["endpoint"] ?? endpoints[0] ?? "";
  const releases = useApi<typeof listReleases>("/api/endpoints/{endpoint}/releases", {
    params: { endpoint },
    query: { limit: 50 },
    enabled: endpoint !== "",
  });
  const listed = releases.data?.data ?? [];
  const names = listed.map(({ name }) => name);
  const chosen = chosenOf(search["releases"], listed);
  const { outcomes, ask } = usePlay();
  return (
    <Page
      title="Playground"
      lead="Ask releases side by side. Your key pays; no user sees it, and nothing of it is evidence."
    >
      {releases.error !== null && (
        <Problem error={releases.error} isOld={releases.data !== undefined} onRetry={() => void releases.refetch()} />
      )}
      <Panel title="Question">
        <Question releases={chosen} onAsk={(words) => ask({ endpoint, releases: chosen, ...words })}>
          <Choices
            endpoints={endpoints}
            endpoint={endpoint}
            releases={names}
            chosen={chosen}
            onEndpoint={(value) => change({ endpoint: value, releases: null })}
            onReleases={(list) => change({ releases: list.slice(0, MOST_BESIDE).join(",") })}
          />
        </Question>
      </Panel>
      <Answers outcomes={outcomes} />
    </Page>
  );
}

/** What the address names; else stable and what could follow it. */
function chosenOf(text: string | undefined, releases: readonly ListedRelease[]): readonly string[] {
  if (text === undefined) return usualPair(releases);
  return text.split(",").filter((wanted) => releases.some(({ name }) => name === wanted));
}
