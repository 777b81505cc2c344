import { Send } from "lucide-react";
import type { z } from "zod";
import type { deliveryView, listAlerts, listDeliveries, testNotifier } from "../../../src/contract/alerts.ts";
import type { Answer } from "../../lib/api.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";

type Delivery = z.output<typeof deliveryView>;

/** Who was told what, what waits and why; and a way to try each notifier. */
export function Deliveries() {
  const alerts = useApi<typeof listAlerts>("/api/alerts");
  const deliveries = useApi<typeof listDeliveries>("/api/alerts/deliveries", { topics: ["alerts"], everyMs: 10_000 });
  const notifiers = alerts.data?.notifiers ?? [];
  return (
    <>
      {notifiers.length > 0 && (
        <Panel title="Notifiers" note="a test is sent once, and marked as one" flush>
          <Table
            caption="Notifiers"
            rows={notifiers}
            keyOf={({ name }) => name}
            columns={[
              { head: "Name", cell: ({ name }) => <span className="font-medium">{name}</span> },
              { head: "Kind", cell: ({ kind }) => kind },
              { head: "Does it work?", cell: ({ name }) => <Try notifier={name} /> },
            ]}
          />
        </Panel>
      )}
      <Panel title="Deliveries" note="newest first" flush>
        <Loaded query={deliveries}>{({ data }) => <DeliveryTable rows={data} />}</Loaded>
      </Panel>
    </>
  );
}

function Try({ notifier }: { notifier: string }) {
  const command = useCommand<Answer<typeof testNotifier>>();
  const { data, error, isPending } = command;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        small
        icon={Send}
        disabled={isPending}
        onClick={() => command.mutate({ path: "/api/alerts/test", body: { notifier } })}
      >
        {isPending ? "Sending …" : "Send a test"}
      </Button>
      {data !== undefined && (
        <StateMark plain state={data.is_sent ? "ok" : "bad"}>
          {data.is_sent ? "sent" : "not sent"}
          {data.answer !== null && `: ${data.answer}`}
        </StateMark>
      )}
      {error !== null && <Problem error={error} />}
    </div>
  );
}

function DeliveryTable({ rows }: { rows: readonly Delivery[] }) {
  if (rows.length === 0) return <Empty icon={Send} title="Nobody was told anything yet" />;
  return (
    <Table
      caption="Deliveries"
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { head: "What", cell: ({ title }) => title },
        { head: "To", cell: ({ notifier }) => notifier },
        { head: "Because", wide: true, cell: ({ reason }) => reason },
        { head: "State", cell: (delivery) => <DeliveryState of={delivery} /> },
        { head: "When", right: true, wide: true, cell: ({ created_at: at }) => <Time at={at} /> },
      ]}
    />
  );
}

function DeliveryState({ of: { state, tries, trouble } }: { of: Delivery }) {
  if (state === "sent") return <StateMark state="ok">{tries > 1 ? `sent at the ${tries}. try` : "sent"}</StateMark>;
  if (state === "given_up") return <StateMark state="bad">given up: {trouble ?? "no answer"}</StateMark>;
  return <StateMark state="held">{trouble === null ? "waits" : `tries again: ${trouble}`}</StateMark>;
}
