import { useState } from "react";
import type { evaluateFlag } from "../../../src/contract/flags.ts";
import type { Answer } from "../../lib/api.ts";
import { pathOf } from "../../lib/api.ts";
import { useCommand } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { Facts } from "../../ui/facts.tsx";
import { TextArea } from "../../ui/field.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Problem } from "../../ui/problem.tsx";

/** What a flag would be for somebody, and which rule decides. Nothing is counted. */
export function FlagProbe({ flag }: { flag: string }) {
  const command = useCommand<Answer<typeof evaluateFlag>>();
  const [text, setText] = useState('{ "targetingKey": "user-1" }');
  const [mistake, setMistake] = useState<string | null>(null);
  const ask = (): void => {
    const context = contextIn(text);
    setMistake(context === null ? "This is not a JSON object." : null);
    if (context !== null) command.mutate({ path: pathOf("/api/flags/{flag}/evaluate", { flag }), body: { context } });
  };
  const { data, error } = command;
  return (
    <Panel title="Try it" note="nothing is counted">
      <div className="flex flex-col gap-3">
        <TextArea
          label="Context"
          rows={3}
          className="font-mono text-xs"
          value={text}
          hint={mistake ?? undefined}
          onChange={(event) => setText(event.target.value)}
        />
        <Button onClick={ask} className="self-start">
          What would they get?
        </Button>
        {error !== null && <Problem error={error} />}
        {data !== undefined && (
          <Facts
            rows={[
              ["Gets", <code key="value">{JSON.stringify(data.value)}</code>],
              ["Variant", data.variant],
              ["Because", data.rule ?? data.cause ?? data.reason.toLowerCase().replace("_", " ")],
              data.error === null ? null : ["Trouble", data.error.message],
            ]}
          />
        )}
      </div>
    </Panel>
  );
}

function contextIn(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
