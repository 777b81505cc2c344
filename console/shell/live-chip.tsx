import { clsx } from "clsx";
import { useLiveState } from "../lib/use-live.ts";

const WORDS = { connecting: "Connecting", live: "Live", lost: "Not live" } as const;
const TITLES = {
  connecting: "Connecting to the server",
  live: "What is shown follows the server",
  lost: "The connection is lost; what is shown may be old. Trying again.",
} as const;

/** Whether what is on the page follows the server. */
export function LiveChip() {
  const state = useLiveState();
  return (
    <span
      role="status"
      title={TITLES[state]}
      className={clsx(
        "inline-flex items-center gap-1.5 rounded-full px-2 py-0.5 text-xs font-medium",
        state === "lost" ? "bg-warn-soft text-warn" : "text-dim",
      )}
    >
      <span
        aria-hidden
        className={clsx(
          "size-1.5 rounded-full",
          state === "live" ? "bg-ok" : state === "lost" ? "bg-warn" : "animate-breathe bg-faint",
        )}
      />
      {WORDS[state]}
    </span>
  );
}
