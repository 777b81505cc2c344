import type { listEndpoints, listReleases } from "../../src/contract/endpoints.ts";
import { Answers } from "../features/playground/answers.tsx";
import { Choices } from "../features/playground/choices.tsx";
import { Question } from "../features/playground/question.tsx";
import { usePlay } from "../features/playground/use-play.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";

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
  const names = (releases.data?.data ?? []).map(({ name }) => name);
  const chosen = chosenOf(search["releases"], names);
  const { outcomes, ask } = usePlay();
  return (
    <Page
      title="Playground"
      lead="Ask releases side by side. Your key pays; no user sees it, and nothing of it is evidence."
    >
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

/** What the address names; else the newest two. */
function chosenOf(text: string | undefined, names: readonly string[]): readonly string[] {
  if (text === undefined) return names.slice(0, 2);
  return text.split(",").filter((name) => names.includes(name));
}
