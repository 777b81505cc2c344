import { clsx } from "clsx";
import { count } from "../../lib/format.ts";
import { exact, dayTime, useNow } from "../../lib/time.ts";
import type { Tally } from "./call-filters.ts";

interface CallChartProps {
  readonly tally: Tally;
  readonly onChoose: (since: string, until: string) => void;
}

type Span = Tally["spans"][number];

/** Height of the tallest bar, and of the smallest mark of failed calls, CSS pixels. */
const HEIGHT_PX = 40;
const LEAST_PX = 2;

/** Calls over time, those that failed marked at the foot of each bar; a bar narrows the search to its span. */
export function CallChart({ tally: { spans, span_ms: spanMs }, onChoose }: CallChartProps) {
  const most = spans.reduce((largest, { calls }) => Math.max(largest, calls), 1);
  return (
    <div>
      <div
        role="group"
        aria-label="Calls over time"
        className="flex items-end gap-px border-b border-line"
        style={{ height: HEIGHT_PX }}
      >
        {spans.map((span) => (
          <button
            key={span.at}
            type="button"
            tabIndex={-1}
            aria-label={`${exact(span.at).split("\n")[0]}: ${count(span.calls)} calls, ${count(span.failed)} failed`}
            title={`${exact(span.at).split("\n")[0]}\n${count(span.calls)} calls, ${count(span.failed)} failed`}
            className="group flex h-full min-w-0 flex-1 flex-col justify-end hover:bg-hover"
            onClick={() => onChoose(span.at, new Date(Date.parse(span.at) + spanMs).toISOString())}
          >
            <span
              className="flex min-h-px w-full flex-col items-center justify-end rounded-t-[1px] bg-line-strong group-hover:bg-faint"
              style={{ height: `${(span.calls / most) * 100}%` }}
            >
              {span.failed > 0 && <Failed span={span} most={most} />}
            </span>
          </button>
        ))}
      </div>
      <TimeAxis spans={spans} spanMs={spanMs} />
    </div>
  );
}

/** As much red as calls have failed: few are a narrow mark, and never none. */
function Failed({ span: { failed }, most }: { span: Span; most: number }) {
  const height = (failed / most) * HEIGHT_PX;
  const width = Math.min(1, height / LEAST_PX);
  return (
    <span
      className="min-w-px shrink-0 bg-bad"
      style={{ height: Math.max(LEAST_PX, height), width: `${width * 100}%` }}
    />
  );
}

/** Where the bars begin and end, and times between. */
function TimeAxis({ spans, spanMs }: { spans: readonly Span[]; spanMs: number }) {
  const now = useNow();
  const from = Date.parse(spans[0]?.at ?? "");
  const to = Date.parse(spans.at(-1)?.at ?? "") + spanMs;
  const isShort = to - from < 10 * 60_000;
  return (
    <div aria-hidden className="mt-0.5 flex justify-between text-2xs text-faint">
      {[0, 0.25, 0.5, 0.75, 1].map((part) => (
        <span key={part} className={clsx(part !== 0 && part !== 0.5 && part !== 1 && "max-sm:hidden")}>
          {dayTime(from + part * (to - from), now, isShort)}
        </span>
      ))}
    </div>
  );
}
