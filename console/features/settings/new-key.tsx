import { useState } from "react";
import type { createKey } from "../../../src/contract/keys.ts";
import type { Answer, Body } from "../../lib/api.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Checkbox, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";

type Wanted = NonNullable<Body<typeof createKey>>;
type Scope = NonNullable<Wanted["scopes"]>[number];

const SCOPES: readonly (readonly [Scope, string])[] = [
  ["inference", "call endpoints"],
  ["direct", "call models of a provider, without an endpoint"],
  ["flags", "read flags"],
  ["preview", "see a candidate before its rollout"],
  ["admin", "everything, this console included"],
];

/** Makes a key and shows its secret, once. */
export function NewKey({ onClose }: { onClose: () => void }) {
  const command = useCommand<Answer<typeof createKey>>();
  const [name, setName] = useState("");
  const [tenant, setTenant] = useState("");
  const [scopes, setScopes] = useState<readonly Scope[]>(["inference"]);
  const make = (): void =>
    command.mutate({ path: "/api/keys", body: { name: name.trim(), scopes, tenant: tenant.trim() || null } });
  if (command.data !== undefined) return <Secret answer={command.data} onClose={onClose} />;
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="main" onClick={make} disabled={name.trim() === "" || scopes.length === 0 || command.isPending}>
        Make the key
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title="New key" footer={footer}>
      <div className="flex flex-col gap-4 p-5">
        <Input
          label="Name"
          hint="who or what will use it"
          data-first
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-2 text-xs font-medium text-dim">It may</legend>
          {SCOPES.map(([scope, words]) => (
            <Checkbox
              key={scope}
              label={`${scope}: ${words}`}
              checked={scopes.includes(scope)}
              onChange={() => setScopes((now) => toggled(now, scope))}
            />
          ))}
        </fieldset>
        <Input
          label="Tenant"
          hint="whose calls it makes; empty for none"
          maxLength={63}
          value={tenant}
          onChange={(event) => setTenant(event.target.value)}
        />
        {command.error !== null && <Problem error={command.error} />}
      </div>
    </Dialog>
  );
}

const toggled = (scopes: readonly Scope[], scope: Scope): readonly Scope[] =>
  scopes.includes(scope) ? scopes.filter((each) => each !== scope) : [...scopes, scope];

function Secret({ answer: { key, secret }, onClose }: { answer: Answer<typeof createKey>; onClose: () => void }) {
  const footer = (
    <Button kind="main" onClick={onClose}>
      I have kept it
    </Button>
  );
  return (
    <Dialog open firm onClose={onClose} title={`The secret of ${key.name}`} footer={footer}>
      <div className="flex flex-col gap-3 p-5 text-sm text-dim">
        <p>Copy it now: it is stored as a hash only, and nobody can show it again.</p>
        <CodeBlock text={secret} label="secret" />
        <p>An SDK takes it as its API key, with the base URL {globalThis.location.origin}/v1.</p>
      </div>
    </Dialog>
  );
}
