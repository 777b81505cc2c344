import { useState } from "react";
import type { showIncident } from "../../../src/contract/incidents.ts";
import type { Answer } from "../../lib/api.ts";
import { pathOf } from "../../lib/api.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, Input, Select, TextArea } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { toast } from "../../ui/toast.tsx";
import { IMPACT_OPTIONS, STATE_OPTIONS } from "./options.ts";

type Incident = Answer<typeof showIncident>;

/** How it stands, who leads, and what the public is told. */
export function UpdateIncident({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const command = useCommand();
  const [opened] = useState<Words>({
    state: incident.state,
    impact: incident.impact,
    lead: incident.roles.lead ?? "",
    message: "",
    isPublic: false,
  });
  const [words, setWords] = useState(opened);
  const send = (): void => {
    const path = pathOf("/api/incidents/{incident}/updates", { incident: incident.id });
    const onSuccess = (): void => {
      toast({ state: "ok", text: `${incident.title}: ${words.state}.` });
      onClose();
    };
    command.mutate({ path, body: changesOf(opened, words) }, { onSuccess });
  };
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="main" onClick={send} disabled={command.isPending}>
        Say so
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title="How does it stand?" footer={footer}>
      <div className="flex flex-col gap-4 p-5">
        <Fields words={words} isPublic={incident.public} onChange={(part) => setWords({ ...words, ...part })} />
        {command.error !== null && <Problem error={command.error} />}
      </div>
    </Dialog>
  );
}

interface Words {
  readonly state: string;
  readonly impact: string;
  readonly lead: string;
  readonly message: string;
  readonly isPublic: boolean;
}

/** Only what was changed here: somebody else may have changed the rest meanwhile. */
const changesOf = (opened: Words, { state, impact, lead, message, isPublic }: Words) => ({
  ...(state !== opened.state && { state }),
  ...(impact !== opened.impact && { impact }),
  ...(lead.trim() !== opened.lead && { roles: { lead: lead.trim() || null } }),
  ...(message.trim() !== "" && { message: message.trim(), public: isPublic }),
});

interface FieldsProps {
  readonly words: Words;
  /** Whether the incident stands on the status page already. */
  readonly isPublic: boolean;
  readonly onChange: (part: Partial<Words>) => void;
}

function Fields({ words, isPublic: isSeen, onChange }: FieldsProps) {
  const { state, impact, lead, message, isPublic } = words;
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label="State"
          options={STATE_OPTIONS}
          value={state}
          onChange={(event) => onChange({ state: event.target.value })}
        />
        <Select
          label="Impact"
          options={IMPACT_OPTIONS}
          value={impact}
          onChange={(event) => onChange({ impact: event.target.value })}
        />
      </div>
      <Input label="Lead" maxLength={100} value={lead} onChange={(event) => onChange({ lead: event.target.value })} />
      <TextArea
        label="In words"
        rows={3}
        maxLength={4_000}
        value={message}
        onChange={(event) => onChange({ message: event.target.value })}
      />
      <Checkbox
        label="Tell the public: it stands on the status page, word for word"
        checked={isPublic}
        disabled={message.trim() === ""}
        onChange={() => onChange({ isPublic: !isPublic })}
      />
      {isSeen && !isPublic && (
        <p className="text-xs text-dim">
          The public sees this incident, and not these words.
          {state === "resolved" && " It reads: This incident has been resolved."}
        </p>
      )}
    </>
  );
}
