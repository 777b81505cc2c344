import type { explainSpend, forecastSpend, listSpendAnomalies, showSpend } from "../../src/contract/spend.ts";
import { Budgets } from "../features/cost/budgets.tsx";
import { SpendAnomalies, SpendChange } from "../features/cost/spend-change.tsx";
import { SpendFigures } from "../features/cost/spend-figures.tsx";
import { SpendTable } from "../features/cost/spend-table.tsx";
import type { SpendBy } from "../features/cost/spend-table.tsx";
import { useNow } from "../lib/time.ts";
import { useApi } from "../lib/use-api.ts";
import { useSearchState } from "../lib/use-search.ts";
import { Loaded } from "../ui/loaded.tsx";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Problem } from "../ui/problem.tsx";
import { Choice } from "../ui/tabs.tsx";

const SPANS = [
  ["24", "24 h"],
  ["168", "7 d"],
  ["720", "30 d"],
] as const;

const BY: readonly (readonly [SpendBy, string])[] = [
  ["endpoint", "Endpoint"],
  ["model", "Model"],
  ["key", "Key"],
  ["user", "User"],
];

const HOUR_MS = 3_600_000;

/** Where the money goes, why it changed, and what is left of budgets. */
export function CostPage() {
  const [search, change] = useSearchState();
  const hours = Number(SPANS.find(([value]) => value === search["hours"])?.[0] ?? 24);
  const by = BY.find(([value]) => value === search["by"])?.[0] ?? "endpoint";
  const when = hours === 24 ? "the last 24 hours" : `the last ${hours / 24} days`;
  // Whole hours are what is stored; another second shall not be another query.
  const hour = Math.floor(useNow() / HOUR_MS) * HOUR_MS;
  const since = new Date(hour - hours * HOUR_MS).toISOString();
  const spend = useApi<typeof showSpend>("/api/spend", { query: { since, by, limit: 50 }, everyMs: 30_000 });
  const whole = useApi<typeof showSpend>("/api/spend", {
    query: { since, by: "endpoint", limit: 10_000 },
    everyMs: 30_000,
  });
  const forecast = useApi<typeof forecastSpend>("/api/spend/forecast", { everyMs: 60_000 });
  const why = useApi<typeof explainSpend>("/api/spend/change", { query: { hours }, everyMs: 60_000 });
  const anomalies = useApi<typeof listSpendAnomalies>("/api/spend/anomalies", { everyMs: 60_000 });
  return (
    <Page
      title="Cost"
      lead="To the last pico-dollar, as prices stood when each call was made."
      actions={
        <Choice
          label="How far back"
          options={SPANS}
          value={String(hours)}
          onChoose={(value) => change({ hours: value })}
        />
      }
    >
      <Loaded query={whole}>
        {({ data }) => <SpendFigures rows={data} forecast={forecast.data?.data ?? []} when={when} />}
      </Loaded>
      {forecast.error !== null && (
        <Problem error={forecast.error} isOld={forecast.data !== undefined} onRetry={() => void forecast.refetch()} />
      )}
      <Panel
        title="Who spends it"
        flush
        actions={<Choice label="By" options={BY} value={by} onChoose={(value) => change({ by: value })} />}
      >
        <Loaded query={spend}>{({ data }) => <SpendTable rows={data} by={by} />}</Loaded>
      </Panel>
      <Budgets />
      <div className="grid gap-4 lg:grid-cols-2">
        <Loaded query={why}>{(data) => <SpendChange change={data} when={when} />}</Loaded>
        <Loaded query={anomalies}>{({ data }) => <SpendAnomalies rows={data} />}</Loaded>
      </div>
    </Page>
  );
}
