import { clsx } from "clsx";
import { share } from "../lib/format.ts";
import { armFill } from "./arm-mark.tsx";

/** How traffic is divided: the candidate's part from the right. The number stands beside it. */
export function WeightBar({ weight, className }: { weight: number; className?: string }) {
  return (
    <span
      role="img"
      aria-label={`${share(weight)} on the candidate, the rest on stable`}
      className={clsx("flex h-1.5 w-full min-w-16 gap-px overflow-hidden rounded-full", className)}
    >
      <span className={armFill("stable")} style={{ width: `${(1 - weight) * 100}%` }} />
      <span className={armFill("candidate")} style={{ width: `${weight * 100}%` }} />
    </span>
  );
}
