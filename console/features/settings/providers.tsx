import { Plug } from "lucide-react";
import type { z } from "zod";
import type {
  listProviders,
  providerKeyView,
  providerModelView,
  providerView,
} from "../../../src/contract/providers.ts";
import type { Answer } from "../../lib/api.ts";
import { count, duration } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Id } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { LearnedLimits } from "../limits/learned-limits.tsx";

type Provider = z.output<typeof providerView>;
type Model = z.output<typeof providerModelView>;
type Key = z.output<typeof providerKeyView>;

/** Who answers, and how it goes with them. */
export function Providers() {
  const providers = useApi<typeof listProviders>("/api/providers", { topics: ["changes"], everyMs: 3_000 });
  return <Loaded query={providers}>{(data) => <AllProviders of={data} />}</Loaded>;
}

function AllProviders({ of: { data, server, others } }: { of: Answer<typeof listProviders> }) {
  if (data.length === 0) {
    return (
      <Panel title="Providers">
        <Empty icon={Plug} title="No providers">
          Write them under providers: in rollward.yaml, for example openai with its models.
        </Empty>
      </Panel>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-dim">
        As the server <Id text={server} length={14} /> sees it since it started.
        {others.length > 0 &&
          ` What ${others.length === 1 ? "the other server" : `${count(others.length)} other servers`} said of breakers in the last 45 s is counted with them.`}
      </p>
      {data.map((provider) => (
        <OneProvider key={provider.provider} provider={provider} />
      ))}
      <LearnedLimits learned={data.flatMap(({ limits }) => limits)} />
    </div>
  );
}

function OneProvider({ provider: { provider, kind, models, keys } }: { provider: Provider }) {
  return (
    <Panel title={provider} note={kind} flush>
      <Table
        caption={`Models of ${provider}`}
        rows={models}
        keyOf={({ model }) => model}
        columns={[
          { head: "Model", cell: ({ model }) => <span className="font-medium break-all">{model}</span> },
          { head: "Breaker", cell: (model) => <Breaker model={model} /> },
          { head: "Since", wide: true, cell: ({ since }) => since !== null && <Time at={since} /> },
          { head: "Last error", cell: ({ last_error: error }) => <LastError error={error} /> },
          { head: "Under way", right: true, wide: true, cell: ({ in_flight: calls }) => count(calls) },
        ]}
      />
      <ul className="flex flex-col gap-1.5 border-t border-line px-4 py-3">
        {keys.map((key) => (
          <OneKey key={key.key} of={key} />
        ))}
      </ul>
    </Panel>
  );
}

const BREAKERS = {
  closed: ["ok", "Closed"],
  open: ["bad", "Open"],
  "half-open": ["warn", "Being tried"],
  off: ["none", "Off"],
} as const;

/** Its pause is long over and nobody has called since: that is no trouble of today. */
const DUE = ["warn", "Open, the next call tries it"] as const;

function Breaker({ model: { breaker, due, since, open_elsewhere: elsewhere } }: { model: Model }) {
  const [state, word] = due ? DUE : BREAKERS[breaker];
  return (
    <span className="inline-flex flex-wrap items-center gap-1">
      <StateMark state={state}>{word}</StateMark>
      {since !== null && (
        <span className="text-xs text-dim md:hidden">
          <Time at={since} show="relative" />
        </span>
      )}
      {elsewhere > 0 && (
        <span className="text-xs text-dim">
          not closed on {count(elsewhere)} other {elsewhere === 1 ? "server" : "servers"}
        </span>
      )}
    </span>
  );
}

function LastError({ error }: { error: Model["last_error"] }) {
  if (error === null) return <span className="text-dim">none</span>;
  return (
    <span className="inline-flex flex-wrap gap-x-2">
      <code className="text-xs break-all">{error.code}</code>
      <span className="text-xs text-dim">
        <Time at={error.at} show="relative" />
      </span>
    </span>
  );
}

const WHY = { "rate-limit": "too many requests", credentials: "it was refused" } as const;

/** A key by its number: nobody is shown the key itself. */
function OneKey({ of: { key, variable, rests } }: { of: Key }) {
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
      <span>Key {key}</span>
      {variable !== null && <code className="text-xs text-dim">{variable}</code>}
      {rests.length === 0 ? (
        <StateMark state="ok">in use</StateMark>
      ) : (
        rests.map(({ model, ms, why }) => (
          <StateMark key={model} state="held">
            rests for {model}: {WHY[why]}, {duration(ms)}
          </StateMark>
        ))
      )}
    </li>
  );
}
