import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { linesOf } from "./lines-of.ts";

const LINE_PX = 18;

/** A text exactly as it is, however long: broken only to be shown, drawn only where it is in sight. */
export function ExactText({ text, label }: { text: string; label: string }) {
  const scroller = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => linesOf(text), [text]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
  });
  return (
    <div
      ref={scroller}
      role="region"
      aria-label={label}
      tabIndex={0}
      className="max-h-[65dvh] overflow-auto rounded-md border border-line bg-sunken font-mono text-xs"
    >
      <div className="relative" style={{ height: virtual.getTotalSize() + 16, minWidth: "max-content" }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return (
            <div
              key={index}
              className="absolute left-0 flex whitespace-pre"
              style={{ top: start + 8, height: LINE_PX }}
            >
              <span aria-hidden className="w-14 shrink-0 pr-3 text-right text-faint select-none">
                {line?.number ?? ""}
              </span>
              <span className="pr-4">{line?.text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
