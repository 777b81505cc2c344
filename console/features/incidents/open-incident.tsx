import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { listEndpoints } from "../../../src/contract/endpoints.ts";
import type { openIncident } from "../../../src/contract/incidents.ts";
import type { Answer } from "../../lib/api.ts";
import { useApi, useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, Input, Select, TextArea } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { IMPACT_OPTIONS } from "./options.ts";

/** A person opens an incident. */
export function OpenIncident({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const command = useCommand<Answer<typeof openIncident>>();
  const [words, setWords] = useState<Words>({ title: "", note: "", impact: "minor", endpoints: [] });
  const open = (): void =>
    command.mutate(
      { path: "/api/incidents", body: bodyOf(words) },
      { onSuccess: ({ id }) => void navigate({ to: `/incidents/${id}` }) },
    );
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="main" disabled={words.title.trim() === "" || command.isPending} onClick={open}>
        Open it
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title="Open an incident" footer={footer}>
      <div className="flex flex-col gap-4 p-5">
        <Fields words={words} onChange={(part) => setWords({ ...words, ...part })} />
        {command.error !== null && <Problem error={command.error} />}
      </div>
    </Dialog>
  );
}

interface Words {
  readonly title: string;
  readonly note: string;
  readonly impact: string;
  readonly endpoints: readonly string[];
}

const bodyOf = ({ title, note, impact, endpoints }: Words) => ({
  title: title.trim(),
  impact,
  endpoints,
  ...(note.trim() !== "" && { note: note.trim() }),
});

function Fields({ words, onChange }: { words: Words; onChange: (part: Partial<Words>) => void }) {
  const endpoints = useApi<typeof listEndpoints>("/api/endpoints");
  const { title, note, impact, endpoints: chosen } = words;
  const toggle = (name: string): void =>
    onChange({ endpoints: chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name] });
  return (
    <>
      <Input
        label="What is the matter"
        data-first
        maxLength={200}
        value={title}
        onChange={(event) => onChange({ title: event.target.value })}
      />
      <Select
        label="Impact"
        options={IMPACT_OPTIONS}
        value={impact}
        onChange={(event) => onChange({ impact: event.target.value })}
      />
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 text-xs font-medium text-dim">Endpoints; none is the whole environment</legend>
        {(endpoints.data?.data ?? []).map(({ endpoint }) => (
          <Checkbox
            key={endpoint}
            label={endpoint}
            checked={chosen.includes(endpoint)}
            onChange={() => toggle(endpoint)}
          />
        ))}
      </fieldset>
      <TextArea
        label="First note"
        rows={2}
        maxLength={4_000}
        value={note}
        onChange={(event) => onChange({ note: event.target.value })}
      />
    </>
  );
}
