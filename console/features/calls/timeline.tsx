import { clsx } from "clsx";
import type { showCall } from "../../../src/contract/calls.ts";
import type { Answer } from "../../lib/api.ts";
import { duration } from "../../lib/format.ts";

/** A call with everything. */
export type WholeCall = Answer<typeof showCall>;

interface Bar {
  readonly label: string;
  readonly note: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Where its first byte came. */
  readonly firstMs: number | null;
  readonly look: "stage" | "attempt" | "failed";
}

const FILLS = { stage: "bg-line-strong", attempt: "bg-stable", failed: "bg-bad" } as const;

/** Stages and attempts of a call against time. */
export function Timeline({ call }: { call: Pick<WholeCall, "stages" | "attempts" | "total_ms" | "first_token_ms"> }) {
  const bars = barsOf(call);
  const total = Math.max(call.total_ms, ...bars.map(({ endMs }) => endMs), 0.001);
  return (
    <ol className="flex flex-col" aria-label="Timeline">
      {bars.map((bar, index) => (
        <li
          key={index}
          className="grid grid-cols-[8.5rem_minmax(0,1fr)_4.5rem] items-center gap-3 py-1 text-xs max-sm:grid-cols-[6.5rem_minmax(0,1fr)_4rem] max-sm:gap-2"
        >
          <span
            className={clsx("truncate", bar.look === "stage" ? "text-dim" : "pl-3 text-ink")}
            title={`${bar.label} ${bar.note}`}
          >
            {bar.label}
          </span>
          <span className="relative h-4">
            <span
              className={clsx("absolute inset-y-0.5 min-w-[2px] rounded-[2px]", FILLS[bar.look])}
              style={{
                left: `${(bar.startMs / total) * 100}%`,
                width: `${((bar.endMs - bar.startMs) / total) * 100}%`,
              }}
            />
            {bar.firstMs !== null && (
              <span
                aria-hidden
                title={`first byte after ${duration(bar.firstMs)}`}
                className="absolute inset-y-0 w-px bg-ink"
                style={{ left: `${(bar.firstMs / total) * 100}%` }}
              />
            )}
          </span>
          <span className="text-right text-dim">{duration(bar.endMs - bar.startMs)}</span>
          {bar.note !== "" && (
            <span className="col-span-full -mt-0.5 truncate pl-3 text-2xs text-faint">{bar.note}</span>
          )}
        </li>
      ))}
      <li className="mt-1 grid grid-cols-[8.5rem_minmax(0,1fr)_4.5rem] gap-3 border-t border-line pt-1.5 text-xs font-medium max-sm:grid-cols-[6.5rem_minmax(0,1fr)_4rem] max-sm:gap-2">
        <span>Together</span>
        <span className="truncate text-right font-normal text-faint">
          {call.first_token_ms === null ? "" : `first token after ${duration(call.first_token_ms)}`}
        </span>
        <span className="text-right">{duration(call.total_ms)}</span>
      </li>
    </ol>
  );
}

/** Attempts stand under the stage that made them. */
function barsOf({ stages, attempts }: Pick<WholeCall, "stages" | "attempts">): readonly Bar[] {
  const tries = attempts.map((attempt, index): Bar => {
    const { start_ms: startMs, end_ms: endMs, first_byte_ms: firstMs, error, end, reason } = attempt;
    const why = reason === null || reason === "first" ? "" : reason;
    const ending = error?.code ?? (end === null || end === "answered" ? "" : end);
    return {
      label: `${index + 1}. ${attempt.model === "" ? attempt.provider : attempt.model}`,
      note: [attempt.provider, why, attempt.status === null ? "" : String(attempt.status), ending]
        .filter((part) => part !== "")
        .join(" · "),
      startMs,
      endMs,
      firstMs,
      look: error !== null || end === "failed" || end === "rejected" ? "failed" : "attempt",
    };
  });
  const bars: Bar[] = [];
  // A call that went by another release while it waited has the stage twice, and has asked nobody in the first.
  const asking = stages.findLastIndex(({ stage }) => stage === "call");
  for (const [index, { stage, start_ms: startMs, end_ms: endMs }] of stages.entries()) {
    bars.push({ label: stage, note: "", startMs, endMs, firstMs: null, look: "stage" });
    if (index === asking) bars.push(...tries);
  }
  return asking < 0 ? [...bars, ...tries] : bars;
}
