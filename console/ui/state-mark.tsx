import { clsx } from "clsx";
import { CircleCheck, CircleDashed, CirclePause, Info, OctagonAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

/** How something stands. `none`: nobody knows, there is no data. `held`: it waits. */
export type State = "ok" | "info" | "held" | "warn" | "bad" | "none";

const LOOKS = {
  ok: { icon: CircleCheck, text: "text-ok", soft: "bg-ok-soft text-ok" },
  info: { icon: Info, text: "text-stable", soft: "bg-stable-soft text-stable" },
  held: { icon: CirclePause, text: "text-warn", soft: "bg-warn-soft text-warn" },
  warn: { icon: TriangleAlert, text: "text-warn", soft: "bg-warn-soft text-warn" },
  bad: { icon: OctagonAlert, text: "text-bad", soft: "bg-bad-soft text-bad" },
  none: { icon: CircleDashed, text: "text-faint", soft: "bg-sunken text-dim" },
} as const;

/** The colour of a state for text that has an icon or a word beside it. */
export const stateText = (state: State): string => LOOKS[state].text;

/** The icon of a state alone; only beside its word. */
export function StateIcon({ state, size = 14, className }: { state: State; size?: number; className?: string }) {
  const Icon = LOOKS[state].icon;
  return <Icon size={size} strokeWidth={2.2} aria-hidden className={clsx("shrink-0", LOOKS[state].text, className)} />;
}

interface StateMarkProps {
  readonly state: State;
  readonly children: ReactNode;
  readonly plain?: boolean;
  /** For a sentence: it may take several lines. */
  readonly wraps?: boolean;
}

/** A state: icon, colour and word. */
export function StateMark({ state, children, plain = false, wraps = false }: StateMarkProps) {
  const Icon = LOOKS[state].icon;
  return (
    <span
      className={clsx(
        "inline-flex gap-1 text-xs font-medium",
        wraps ? "items-baseline text-pretty" : "items-center whitespace-nowrap",
        plain ? LOOKS[state].text : ["rounded-full py-0.5 pr-2 pl-1.5", LOOKS[state].soft],
      )}
    >
      <Icon size={13} strokeWidth={2.2} aria-hidden className="shrink-0" />
      {children}
    </span>
  );
}
