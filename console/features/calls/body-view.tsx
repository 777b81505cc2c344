import { useMemo } from "react";
import { bytes, NO_DATA } from "../../lib/format.ts";
import { useSearchState } from "../../lib/use-search.ts";
import { CopyButton } from "../../ui/copy.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Choice } from "../../ui/tabs.tsx";
import { useWide } from "./use-wide.ts";
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

/** One body: what it means, and exactly as it was; beside each other where there is room. */
export function BodyView({ title, body, missing }: BodyViewProps) {
  const [search, change] = useSearchState();
  const isWide = useWide();
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
          {parsed !== undefined && !isWide && (
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
      {parsed === undefined ? (
        <ExactText text={text} label={title} />
      ) : isWide ? (
        <div className="grid grid-cols-2 gap-4">
          <div className="min-w-0">
            <p className="mb-2 text-xs text-faint">Parsed</p>
            <JsonTree value={parsed} />
          </div>
          <div className="min-w-0">
            <p className="mb-2 text-xs text-faint">Exact bytes</p>
            <ExactText text={text} label={title} />
          </div>
        </div>
      ) : form === "exact" ? (
        <ExactText text={text} label={title} />
      ) : (
        <JsonTree value={parsed} />
      )}
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
