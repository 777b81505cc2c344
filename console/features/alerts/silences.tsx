import { BellOff } from "lucide-react";
import type { z } from "zod";
import type { listSilences, silenceView } from "../../../src/contract/alerts.ts";
import { pathOf } from "../../lib/api.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";

type Silence = z.output<typeof silenceView>;

const OPS = { is: "is", "is-not": "is not", like: "is like" } as const;

/** What nobody is told of, by whom and until when. */
export function Silences() {
  const silences = useApi<typeof listSilences>("/api/alerts/silences", {
    query: { all: true },
    topics: ["alerts", "changes"],
  });
  return (
    <Panel title="Silences" note="silence an alert from the list of alerts" flush>
      <Loaded query={silences}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty icon={BellOff} title="Nothing is silenced" />
          ) : (
            <Table
              caption="Silences"
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { head: "Alerts whose", cell: ({ matchers }) => matchers.map(wordsOf).join(" and ") },
                { head: "Why", cell: ({ reason, by }) => `${reason} (${by})` },
                { head: "Ends", right: true, cell: (silence) => <End of={silence} /> },
                { head: <span className="sr-only">End</span>, right: true, cell: (silence) => <EndNow of={silence} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}

const wordsOf = ({ label, op, value }: Silence["matchers"][number]): string => `${label} ${OPS[op]} ${value}`;

function End({ of: { is_in_force: isInForce, ends_at: ends, ended_at: ended } }: { of: Silence }) {
  if (isInForce) return <Time at={ends} />;
  return (
    <StateMark state="none">
      over <Time at={ended ?? ends} show="relative" />
    </StateMark>
  );
}

function EndNow({ of: { id, is_in_force: isInForce } }: { of: Silence }) {
  const command = useCommand();
  if (!isInForce) return null;
  const path = pathOf("/api/alerts/silences/{silence}/end", { silence: id });
  return (
    <Button
      small
      disabled={command.isPending}
      onClick={() =>
        command.mutate({ path, body: {} }, { onError: ({ message }) => toast({ state: "bad", text: message }) })
      }
    >
      End it
    </Button>
  );
}
