import { clsx } from "clsx";
import type { showTrace } from "../../../src/contract/traces.ts";
import { count, duration } from "../../lib/format.ts";
import { useApi } from "../../lib/use-api.ts";
import { Id } from "../../ui/copy.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Link } from "../../ui/link.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";

/** The spans of a call's trace, those of the application among them. */
export function TraceTree({ trace, call }: { trace: string; call: string }) {
  const found = useApi<typeof showTrace>("/api/traces/{trace}", { params: { trace } });
  return (
    <Panel title="Trace" note={<Id text={trace} length={32} />}>
      <Loaded query={found}>
        {({ spans, is_cut: isCut }) =>
          spans.length === 0 ? (
            <Empty title="No spans">The trace has no spans here.</Empty>
          ) : (
            <>
              <Spans spans={spans} call={call} />
              {isCut && <p className="mt-2 text-xs text-dim">There are more calls or spans than are shown.</p>}
            </>
          )
        }
      </Loaded>
    </Panel>
  );
}

type Span = typeof showTrace extends { readonly answer: { readonly _output: { readonly spans: readonly (infer S)[] } } }
  ? S
  : never;

function Spans({ spans, call }: { spans: readonly Span[]; call: string }) {
  const total = spans.reduce((most, { start_ms: start, duration_ms: took }) => Math.max(most, start + took), 0.001);
  return (
    <ol className="flex flex-col" aria-label={`${count(spans.length)} spans`}>
      {spans.map((span) => (
        <li
          key={span.id}
          className="grid grid-cols-[minmax(8rem,16rem)_minmax(0,1fr)_4.5rem] items-center gap-3 py-1 text-xs"
        >
          <span
            className="truncate"
            style={{ paddingLeft: `${Math.min(8, span.depth) * 0.75}rem` }}
            title={`${span.name}${span.message === "" ? "" : `: ${span.message}`}`}
          >
            {span.call !== null && span.call !== call ? <Link to={`/calls/${span.call}`}>{span.name}</Link> : span.name}
            {span.origin === "application" && (
              <span className="ml-1.5 text-2xs text-faint">{span.service ?? "application"}</span>
            )}
          </span>
          <span className="relative h-4">
            <span
              className={clsx(
                "absolute inset-y-0.5 min-w-[2px] rounded-[2px]",
                span.status === "error" ? "bg-bad" : span.origin === "application" ? "bg-shadow" : "bg-stable",
              )}
              style={{ left: `${(span.start_ms / total) * 100}%`, width: `${(span.duration_ms / total) * 100}%` }}
            />
          </span>
          <span className="text-right text-dim">{duration(span.duration_ms)}</span>
        </li>
      ))}
    </ol>
  );
}
