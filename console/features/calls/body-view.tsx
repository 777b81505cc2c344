import { useMemo } from "react";
import { bytes, NO_DATA } from "../../lib/format.ts";
import { useSearchState } from "../../lib/use-search.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Choice } from "../../ui/tabs.tsx";
import { ExactText } from "./exact-text.tsx";
import { JsonTree } from "./json-tree.tsx";
import type { WholeCall } from "./timeline.tsx";

type Body = WholeCall["bodies"]["request"];

const FORMS = [
  ["parsed", "Parsed"],
  ["exact", "Exact bytes"],
] as const;

interface BodyViewProps {
  readonly title: string;
  readonly body: Body;
  /** Why there may be none. */
  readonly missing: string;
}

/** One body: what it means, or exactly as it was. */
export function BodyView({ title, body, missing }: BodyViewProps) {
  const [search, change] = useSearchState();
  const form = search["form"] === "exact" ? "exact" : "parsed";
  const text = body?.text ?? body?.base64 ?? "";
  const parsed = useMemo(() => parsedOf(text), [text]);
  if (body === null) {
    return (
      <Panel title={title}>
        <p className="text-sm text-dim">
          {NO_DATA}: {missing}
        </p>
      </Panel>
    );
  }
  return (
    <Panel
      title={title}
      note={`${bytes(body.bytes)}${body.text === undefined ? ", not text: shown as base64" : ""}`}
      actions={
        <>
          {parsed !== undefined && (
            <Choice
              label="Form"
              options={FORMS}
              value={form}
              onChoose={(value) => change({ form: value === "parsed" ? null : value })}
            />
          )}
          <CopyButton text={text} label={`Copy ${title.toLowerCase()}`} />
        </>
      }
    >
      {form === "exact" || parsed === undefined ? <ExactText text={text} label={title} /> : <JsonTree value={parsed} />}
    </Panel>
  );
}

/** A document, or the events of a stream; `undefined` for what is neither. */
function parsedOf(text: string): unknown {
  if (text.startsWith("{") || text.startsWith("[")) return jsonIn(text);
  if (!/^(?:data|event|id|retry|:)/.test(text)) return undefined;
  const events: unknown[] = [];
  for (const line of text.split("\n")) {
    if (!line.startsWith("data:")) continue;
    const data = line.slice("data:".length).trim();
    events.push(jsonIn(data) ?? data);
  }
  return events;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
