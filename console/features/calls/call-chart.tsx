import { count } from "../../lib/format.ts";
import { exact } from "../../lib/time.ts";
import type { Tally } from "./call-filters.ts";

interface CallChartProps {
  readonly tally: Tally;
  readonly onChoose: (since: string, until: string) => void;
}

/** Calls over time, those that failed marked at the foot of each bar; a bar narrows the search to its span. */
export function CallChart({ tally: { spans, span_ms: spanMs }, onChoose }: CallChartProps) {
  const most = spans.reduce((largest, { calls }) => Math.max(largest, calls), 1);
  return (
    <div role="group" aria-label="Calls over time" className="flex h-10 items-end gap-px">
      {spans.map(({ at, calls, failed }) => (
        <button
          key={at}
          type="button"
          tabIndex={-1}
          aria-label={`${exact(at).split("\n")[0]}: ${count(calls)} calls, ${count(failed)} failed`}
          title={`${exact(at).split("\n")[0]}\n${count(calls)} calls, ${count(failed)} failed`}
          className="group flex h-full min-w-0 flex-1 flex-col justify-end hover:bg-hover"
          onClick={() => onChoose(at, new Date(Date.parse(at) + spanMs).toISOString())}
        >
          <span
            className="flex min-h-px w-full flex-col justify-end rounded-t-[1px] bg-line-strong group-hover:bg-faint"
            style={{ height: `${(calls / most) * 100}%` }}
          >
            {failed > 0 && (
              <span className="min-h-[2px] w-full bg-bad" style={{ height: `${(failed / calls) * 100}%` }} />
            )}
          </span>
        </button>
      ))}
    </div>
  );
}
