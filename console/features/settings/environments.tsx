import { useState } from "react";
import type { listEnvironments, showParity } from "../../../src/contract/environments.ts";
import type { Answer } from "../../lib/api.ts";
import { useApi } from "../../lib/use-api.ts";
import { Empty } from "../../ui/empty.tsx";
import { Select } from "../../ui/field.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

/** The environments of this server, and what differs between two of them. */
export function Environments() {
  const environments = useApi<typeof listEnvironments>("/api/environments", { perEnvironment: false });
  return (
    <Loaded query={environments}>
      {({ data }) => (
        <>
          <Panel title="Environments" flush>
            <Table
              caption="Environments"
              rows={data}
              keyOf={({ environment }) => environment}
              columns={[
                {
                  head: "Environment",
                  cell: ({ environment, own }) => (own ? `${environment} (the server's own)` : environment),
                },
                { head: "Endpoints", cell: ({ endpoints }) => endpoints.join(", ") || "none" },
                {
                  head: "Applied",
                  right: true,
                  cell: ({ applied_at: at }) => (at === null ? "never" : <Time at={at} />),
                },
              ]}
            />
          </Panel>
          {data.length > 1 && <Parity names={data.map(({ environment }) => environment)} />}
        </>
      )}
    </Loaded>
  );
}

function Parity({ names }: { names: readonly string[] }) {
  const [from, setFrom] = useState(names[1] ?? "");
  const [to, setTo] = useState(names[0] ?? "");
  const parity = useApi<typeof showParity>("/api/parity", {
    query: { from, to },
    perEnvironment: false,
    enabled: from !== to,
  });
  const options = names.map((name) => [name, name] as const);
  return (
    <Panel
      title="What differs"
      flush
      actions={
        <>
          <Select label="From" bare options={options} value={from} onChange={(event) => setFrom(event.target.value)} />
          <Select label="To" bare options={options} value={to} onChange={(event) => setTo(event.target.value)} />
        </>
      }
    >
      {from === to ? (
        <Empty title="Choose two environments" />
      ) : (
        <Loaded query={parity}>{(data) => <Differences of={data} />}</Loaded>
      )}
    </Panel>
  );
}

const WEIGHTS = {
  behaviour: ["warn", "users get something else"],
  capacity: ["info", "only how much"],
  expected: ["ok", "expected"],
} as const;

function Differences({ of: { differences } }: { of: Answer<typeof showParity> }) {
  if (differences.length === 0) return <Empty title="Nothing differs" />;
  return (
    <Table
      caption="Differences"
      rows={differences}
      keyOf={({ path }) => path}
      columns={[
        { head: "What", cell: ({ path }) => <code className="text-xs">{path}</code> },
        { head: "From", cell: ({ from }) => from ?? "nothing" },
        { head: "To", cell: ({ to }) => to ?? "nothing" },
        {
          head: "Matters",
          cell: ({ weight, why }) => (
            <span title={why}>
              <StateMark state={WEIGHTS[weight][0]}>{WEIGHTS[weight][1]}</StateMark>
            </span>
          ),
        },
        { head: "Why", wide: true, cell: ({ why }) => why },
      ]}
    />
  );
}
