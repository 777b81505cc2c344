import type { listConsoleSessions } from "../../../src/contract/console.ts";
import { pathOf } from "../../lib/api.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";

/** Who is signed in to the console, and a way to end that. */
export function ConsoleSessions() {
  const sessions = useApi<typeof listConsoleSessions>("/api/console/sessions", { perEnvironment: false });
  const command = useCommand();
  const end = (session: string): void =>
    command.mutate(
      { method: "DELETE", path: pathOf("/api/console/sessions/{session}", { session }), perEnvironment: false },
      {
        onSuccess: () => toast({ state: "ok", text: "That session has ended." }),
        onError: ({ message }) => toast({ state: "bad", text: message }),
      },
    );
  return (
    <Panel title="Signed in to the console" flush>
      <Loaded query={sessions}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="Nobody" />
          ) : (
            <Table
              caption="Sessions of the console"
              rows={data}
              keyOf={({ id }) => id}
              columns={[
                { head: "Key", cell: ({ key }) => key.name },
                { head: "May", wide: true, cell: ({ key }) => [...key.scopes, ...key.roles].join(", ") },
                { head: "Since", cell: ({ created_at: at }) => <Time at={at} /> },
                { head: "Used last", wide: true, cell: ({ last_used_at: at }) => <Time at={at} show="relative" /> },
                {
                  head: <span className="sr-only">End</span>,
                  right: true,
                  cell: ({ id }) => (
                    <Button small kind="quiet" onClick={() => end(id)}>
                      Sign out
                    </Button>
                  ),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Panel>
  );
}
