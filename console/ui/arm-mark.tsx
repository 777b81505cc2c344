import { clsx } from "clsx";
import type { ReactNode } from "react";

/** Which side served a session. */
export type Arm = "stable" | "candidate" | "shadow";

const LOOKS = {
  stable: { text: "text-stable", fill: "bg-stable", soft: "bg-stable-soft text-stable" },
  candidate: { text: "text-candidate", fill: "bg-candidate", soft: "bg-candidate-soft text-candidate" },
  shadow: { text: "text-shadow", fill: "bg-shadow", soft: "bg-shadow-soft text-shadow" },
} as const;

/** The fill of an arm, in bars. */
export const armFill = (arm: Arm): string => LOOKS[arm].fill;

/** The shape of an arm: stable a square, candidate a diamond, shadow a dashed ring. The same in tables and charts. */
export function ArmShape({ arm, size = 10 }: { arm: Arm; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 10 10" aria-hidden className={clsx("shrink-0", LOOKS[arm].text)}>
      {arm === "stable" && <rect x="1" y="1" width="8" height="8" rx="1.6" fill="currentColor" />}
      {arm === "candidate" && (
        <rect x="1.6" y="1.6" width="6.8" height="6.8" rx="1" transform="rotate(45 5 5)" fill="currentColor" />
      )}
      {arm === "shadow" && (
        <circle cx="5" cy="5" r="3.7" fill="none" stroke="currentColor" strokeWidth="1.8" strokeDasharray="2.4 1.5" />
      )}
    </svg>
  );
}

/** An arm: shape, colour and word; `children` replaces the word. */
export function ArmMark({ arm, children, soft = false }: { arm: Arm; children?: ReactNode; soft?: boolean }) {
  return (
    <span
      className={clsx(
        "inline-flex min-w-0 items-center gap-1.5 text-xs font-medium",
        soft ? ["rounded-full px-2 py-0.5", LOOKS[arm].soft] : LOOKS[arm].text,
      )}
    >
      <ArmShape arm={arm} />
      <span className="truncate">{children ?? arm}</span>
    </span>
  );
}
