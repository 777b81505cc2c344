import { clsx } from "clsx";
import type { ReactNode } from "react";
import { count, NO_DATA } from "../lib/format.ts";
import { StateIcon, stateText } from "./state-mark.tsx";
import type { State } from "./state-mark.tsx";

interface FigureProps {
  readonly label: string;
  /** As it is written; "no data" is shown as such. */
  readonly value: string;
  /** Of how many it is made; `null` where that has no meaning. */
  readonly n: number | null;
  /** What n counts. */
  readonly of?: string;
  /** Against what: "usually 0.4 % (n 12,300)". */
  readonly against?: ReactNode;
  readonly state?: State;
  /** A small chart beside it. */
  readonly chart?: ReactNode;
}

/** One number with what it is made of and what it is compared with. */
export function Figure({ label, value, n, of = "calls", against, state = "none", chart }: FigureProps) {
  const isLoud = state === "bad" || state === "warn";
  return (
    <div className="flex min-w-0 flex-col gap-0.5 px-4 py-3">
      <div className="flex items-center gap-1 text-xs text-dim">
        {isLoud && <StateIcon state={state} size={13} />}
        <span className="truncate">{label}</span>
      </div>
      <div className="flex items-end justify-between gap-2">
        <span
          className={clsx(
            "tracking-tight whitespace-nowrap",
            value === NO_DATA ? "text-base text-faint" : "text-xl font-semibold",
            isLoud && stateText(state),
          )}
        >
          {value}
        </span>
        {chart}
      </div>
      <div className="text-2xs text-faint">
        {n !== null && `${count(n)} ${of}`}
        {against !== undefined && n !== null && " · "}
        {against}
      </div>
    </div>
  );
}
