import { useState } from "react";
import type { showIncident } from "../../../src/contract/incidents.ts";
import type { Answer } from "../../lib/api.ts";
import { pathOf } from "../../lib/api.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { Link } from "../../ui/link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";
import { StateMark } from "../../ui/state-mark.tsx";
import { toast } from "../../ui/toast.tsx";

type Incident = Answer<typeof showIncident>;
type Item = Incident["actions"][number];

/** What is to be done afterwards; one that names a call becomes a test case. */
export function ActionItems({ incident: { id, actions } }: { incident: Incident }) {
  return (
    <Panel title="To be done" note="one that names a call becomes a test case" flush>
      {actions.length > 0 && (
        <ul className="divide-y divide-line text-sm">
          {actions.map((item) => (
            <li key={item.id} className="flex items-start gap-3 px-4 py-2">
              <Words item={item} />
              <Done incident={id} item={item} />
            </li>
          ))}
        </ul>
      )}
      <NewItem incident={id} />
    </Panel>
  );
}

function Words({ item: { text, owner, due, call } }: { item: Item }) {
  return (
    <div className="min-w-0 flex-1">
      <p className="break-words">{text}</p>
      <p className="text-xs text-faint">
        {owner ?? "nobody's"}
        {due !== null && ` · by ${due}`}
        {call !== null && (
          <>
            {" · "}
            <Link to={`/calls/${call}`}>the call</Link>
          </>
        )}
      </p>
    </div>
  );
}

function Done({ incident, item: { id, done_at: at } }: { incident: string; item: Item }) {
  const command = useCommand();
  if (at !== null) return <StateMark state="ok">done</StateMark>;
  const path = pathOf("/api/incidents/{incident}/actions/{action}/done", { incident, action: id });
  return (
    <Button
      small
      disabled={command.isPending}
      onClick={() =>
        command.mutate({ path, body: {} }, { onError: ({ message }) => toast({ state: "bad", text: message }) })
      }
    >
      Done
    </Button>
  );
}

function NewItem({ incident }: { incident: string }) {
  const command = useCommand();
  const [text, setText] = useState("");
  const [owner, setOwner] = useState("");
  const [call, setCall] = useState("");
  const add = (): void => {
    const body = {
      text: text.trim(),
      ...(owner.trim() !== "" && { owner: owner.trim() }),
      ...(call.trim() !== "" && { call: call.trim() }),
    };
    const clear = (): void => [setText, setOwner, setCall].forEach((set) => set(""));
    command.mutate({ path: pathOf("/api/incidents/{incident}/actions", { incident }), body }, { onSuccess: clear });
  };
  return (
    <form
      className="flex flex-col gap-3 border-t border-line p-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") add();
      }}
    >
      <Input label="What" maxLength={1_000} value={text} onChange={(event) => setText(event.target.value)} />
      <div className="grid grid-cols-2 gap-3">
        <Input label="Who" maxLength={100} value={owner} onChange={(event) => setOwner(event.target.value)} />
        <Input label="Call" placeholder="call_…" value={call} onChange={(event) => setCall(event.target.value)} />
      </div>
      <Button type="submit" className="self-start" disabled={text.trim() === "" || command.isPending}>
        Add
      </Button>
      {command.error !== null && <Problem error={command.error} />}
    </form>
  );
}
