import { KeyRound } from "lucide-react";
import { useState } from "react";
import type { z } from "zod";
import type { keyView, listKeys } from "../../../src/contract/keys.ts";
import { pathOf } from "../../lib/api.ts";
import { useNow } from "../../lib/time.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { toast } from "../../ui/toast.tsx";
import { NewKey } from "./new-key.tsx";

type Key = z.output<typeof keyView>;

/** Keys without their secrets. */
export function Keys() {
  const keys = useApi<typeof listKeys>("/api/keys", { topics: ["changes"] });
  const [isMaking, setMaking] = useState(false);
  return (
    <Panel
      title="Keys"
      note="a secret is shown once, when the key is made"
      flush
      actions={
        <Button small kind="main" icon={KeyRound} onClick={() => setMaking(true)}>
          New key
        </Button>
      }
    >
      <Loaded query={keys}>{({ data }) => <KeyTable rows={data} />}</Loaded>
      {isMaking && <NewKey onClose={() => setMaking(false)} />}
    </Panel>
  );
}

function KeyTable({ rows }: { rows: readonly Key[] }) {
  const [revoking, setRevoking] = useState<Key | null>(null);
  if (rows.length === 0) return <Empty icon={KeyRound} title="No keys yet" />;
  return (
    <>
      <Table
        caption="Keys"
        rows={rows}
        keyOf={({ id }) => id}
        columns={[
          { head: "Key", cell: (key) => <KeyName of={key} /> },
          { head: "May", wide: true, cell: (key) => mayOf(key) },
          { head: "Tenant", wide: true, cell: ({ tenant }) => tenant ?? "none" },
          { head: "State", cell: (key) => <KeyState of={key} /> },
          { head: "Made", right: true, wide: true, cell: ({ created_at: at }) => <Time at={at} /> },
          {
            head: <span className="sr-only">Revoke</span>,
            right: true,
            cell: (key) =>
              key.revoked_at === null && (
                <Button small kind="quiet" onClick={() => setRevoking(key)}>
                  Revoke
                </Button>
              ),
          },
        ]}
      />
      {revoking !== null && <Revoke of={revoking} onClose={() => setRevoking(null)} />}
    </>
  );
}

function mayOf({ scopes, endpoints }: Key): string {
  const where = endpoints === null ? "" : `, only ${endpoints.join(", ")}`;
  return `${scopes.join(", ")}${where}`;
}

/** On a phone with what the key may do: there is no room for a column. */
function KeyName({ of: key }: { of: Key }) {
  return (
    <div>
      <p className="font-medium wrap-anywhere">{key.name}</p>
      <p className="text-xs text-faint">
        <code className="inline-block max-w-36 truncate align-bottom max-sm:max-w-20">{key.prefix}…</code> ·{" "}
        {key.environment}
      </p>
      <p className="text-xs text-dim md:hidden">{mayOf(key)}</p>
    </div>
  );
}

function KeyState({ of: { revoked_at: revoked, expires_at: ends } }: { of: Key }) {
  const now = useNow();
  if (revoked !== null) {
    return (
      <StateMark state="none" wraps>
        revoked <Time at={revoked} show="relative" />
      </StateMark>
    );
  }
  if (ends === null) return <StateMark state="ok">good</StateMark>;
  const isOver = Date.parse(ends) <= now;
  return (
    <StateMark state={isOver ? "none" : "ok"} wraps>
      {isOver ? "ended" : "ends"} <Time at={ends} show="relative" />
    </StateMark>
  );
}

function Revoke({ of: { id, name }, onClose }: { of: Key; onClose: () => void }) {
  const command = useCommand();
  const revoke = (): void =>
    command.mutate(
      { method: "DELETE", path: pathOf("/api/keys/{key}", { key: id }) },
      {
        onSuccess: () => {
          toast({ state: "ok", text: `${name} was revoked.` });
          onClose();
        },
      },
    );
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="danger" onClick={revoke} disabled={command.isPending}>
        Revoke {name}
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title={`Revoke ${name}`} footer={footer}>
      <div className="flex flex-col gap-4 p-5 text-sm text-dim">
        <p>
          Its next request is refused, on every server within a second. It cannot be taken back; make another key
          instead.
        </p>
        {command.error !== null && <Problem error={command.error} />}
      </div>
    </Dialog>
  );
}
