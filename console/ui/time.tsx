import { exact, local, relative, useNow } from "../lib/time.ts";
import type { Instant } from "../lib/time.ts";

/** How an instant is written: "02:58 · 4 min ago", or one of both. */
export function Time({ at, show = "both" }: { at: Instant; show?: "both" | "relative" | "local" | "seconds" }) {
  const now = useNow();
  const words = {
    both: () => `${local(at, now)} · ${relative(at, now)}`,
    relative: () => relative(at, now),
    local: () => local(at, now),
    seconds: () => local(at, now, true),
  };
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at)} className="whitespace-nowrap">
      {words[show]()}
    </time>
  );
}
