import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { Bookmark } from "lucide-react";
import { memo, useEffect, useRef } from "react";
import { count, duration, pico } from "../../lib/format.ts";
import { Time } from "../../ui/time.tsx";
import { StateIcon } from "../../ui/state-mark.tsx";
import type { CallLine } from "./call-filters.ts";
import { askedOf, outcomeWords, ServedBy, stateOf } from "./call-words.tsx";

const ROW_PX = 36;
const PHONE_ROW_PX = 62;
/** Rows before the end at which the next page is asked for. */
const AHEAD = 40;

interface CallListProps {
  readonly calls: readonly CallLine[];
  readonly selected: string | null;
  readonly marked: string | null;
  readonly isPhone: boolean;
  readonly hasMore: boolean;
  /** Whether there may be more than one list holds. */
  readonly isFull: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
  readonly onOpen: (id: string) => void;
  /** Told whether the list stands at its beginning. */
  readonly onTop: (isAtTop: boolean) => void;
}

/** Calls, however many: only those in sight are drawn. */
export function CallList(props: CallListProps) {
  const { calls, selected, marked, isPhone, hasMore, isFull, isLoading, onMore, onOpen, onTop } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: calls.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isPhone ? PHONE_ROW_PX : ROW_PX),
    overscan: 12,
    getItemKey: (index) => calls[index]?.id ?? index,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !isLoading && last >= calls.length - AHEAD) onMore();
  }, [hasMore, isLoading, last, calls.length, onMore]);
  useEffect(() => virtual.measure(), [isPhone, virtual]);
  const at = selected === null ? -1 : calls.findIndex(({ id }) => id === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col rounded-lg border border-line bg-surface">
      {!isPhone && <Heads />}
      <div
        ref={scroller}
        role="region"
        aria-label="Calls"
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain"
        onScroll={({ currentTarget }) => onTop(currentTarget.scrollTop < ROW_PX)}
      >
        <div role="list" className="relative" style={{ height: virtual.getTotalSize() }}>
          {rows.map(({ index, start, size }) => {
            const call = calls[index];
            if (call === undefined) return null;
            return (
              <div
                key={call.id}
                role="listitem"
                className="absolute inset-x-0 top-0"
                style={{ height: size, transform: `translateY(${start}px)` }}
              >
                <CallRow
                  call={call}
                  isSelected={call.id === selected}
                  isMarked={call.id === marked}
                  isPhone={isPhone}
                  onOpen={onOpen}
                />
              </div>
            );
          })}
        </div>
        <ListEnd count={calls.length} hasMore={hasMore} isFull={isFull} isLoading={isLoading} />
      </div>
    </div>
  );
}

interface ListEndProps extends Pick<CallListProps, "hasMore" | "isFull" | "isLoading"> {
  readonly count: number;
}

function ListEnd({ count: shown, hasMore, isFull, isLoading }: ListEndProps) {
  const all = `${shown === 1 ? "1 call" : `${count(shown)} calls`}, that is all`;
  const end = isFull ? `${count(shown)} calls: narrow them down, or export them, to see the rest` : all;
  return (
    <p className="py-3 text-center text-xs text-faint" aria-live="polite">
      {isLoading ? "Reading …" : hasMore ? "" : end}
    </p>
  );
}

const GRID =
  "grid grid-cols-[5.5rem_6.5rem_9rem_minmax(0,1fr)_4rem_5rem] items-center gap-3 px-3 2xl:grid-cols-[6.5rem_8rem_11rem_minmax(0,1fr)_9rem_4rem_4rem_5.5rem]";

function Heads() {
  const head = "truncate text-xs font-medium text-faint";
  return (
    <div aria-hidden className={clsx(GRID, "h-8 border-b border-line")}>
      <span className={head}>Time</span>
      <span className={head}>Outcome</span>
      <span className={head}>Served by</span>
      <span className={head}>Asked</span>
      <span className={clsx(head, "max-2xl:hidden")}>Model</span>
      <span className={clsx(head, "text-right")}>Took</span>
      <span className={clsx(head, "text-right max-2xl:hidden")}>Tokens</span>
      <span className={clsx(head, "text-right")}>Cost</span>
    </div>
  );
}

interface CallRowProps {
  readonly call: CallLine;
  readonly isSelected: boolean;
  readonly isMarked: boolean;
  readonly isPhone: boolean;
  readonly onOpen: (id: string) => void;
}

const CallRow = memo(function CallRow({ call, isSelected, isMarked, isPhone, onOpen }: CallRowProps) {
  const look = clsx(
    "h-full w-full border-b border-line/60 text-left text-xs transition-colors hover:bg-hover",
    isSelected && "bg-hover shadow-[inset_2px_0_0_var(--color-focus)]",
  );
  if (isPhone) return <PhoneRow call={call} look={look} onOpen={onOpen} />;
  return (
    <button
      type="button"
      tabIndex={-1}
      aria-current={isSelected}
      className={clsx(GRID, look)}
      onClick={() => onOpen(call.id)}
    >
      <span className="flex items-center gap-1 text-dim">
        {isMarked && <Bookmark size={11} aria-label="marked" className="shrink-0 fill-current" />}
        <span className="truncate">
          <Time at={call.at} show="line" />
        </span>
      </span>
      <Outcome call={call} />
      <ServedBy call={call} />
      <span className="truncate text-ink">{askedOf(call)}</span>
      <span className="truncate text-dim max-2xl:hidden">
        {call.tier === "primary" || call.tier === null ? (call.model ?? "–") : call.tier}
      </span>
      <span className="text-right text-dim">{duration(call.total_ms)}</span>
      <span className="text-right text-dim max-2xl:hidden">
        {call.tokens === null ? "–" : count(call.tokens.input + call.tokens.output)}
      </span>
      <span className="text-right text-dim">{call.is_priced ? pico(call.cost_pico) : "?"}</span>
    </button>
  );
});

function Outcome({ call }: { call: CallLine }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <StateIcon state={stateOf(call)} size={13} />
      <span className={clsx("truncate", call.outcome === "failed" ? "text-bad" : "text-dim")}>
        {outcomeWords(call)}
      </span>
    </span>
  );
}

function PhoneRow({ call, look, onOpen }: { call: CallLine; look: string; onOpen: (id: string) => void }) {
  return (
    <button
      type="button"
      className={clsx(look, "flex flex-col justify-center gap-1 px-3")}
      onClick={() => onOpen(call.id)}
    >
      <span className="flex w-full items-center gap-2">
        <StateIcon state={stateOf(call)} size={14} />
        <span className="min-w-0 flex-1 truncate text-sm text-ink">{askedOf(call)}</span>
        <span className="text-dim">{duration(call.total_ms)}</span>
      </span>
      <span className="flex w-full items-center gap-2 text-faint">
        <Time at={call.at} show="relative" />
        <span className="min-w-0 flex-1 truncate text-dim">
          <ServedBy call={call} />
        </span>
        {call.outcome !== "ok" && <span className="truncate text-bad">{outcomeWords(call)}</span>}
      </span>
    </button>
  );
}
