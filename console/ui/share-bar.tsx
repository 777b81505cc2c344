import { clsx } from "clsx";
import { share as written } from "../lib/format.ts";

/** A share from 0 to 1 as a bar and a number; above 1 it is full and says so. */
export function ShareBar({ share, loud = false }: { share: number; loud?: boolean }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <span className="flex min-w-24 items-center gap-2">
      <span className="h-1.5 flex-1 overflow-hidden rounded-full bg-sunken" aria-hidden>
        <span
          className={clsx("block h-full rounded-full", loud ? "bg-bad" : "bg-dim")}
          style={{ width: `${width}%` }}
        />
      </span>
      <span className="w-14 text-right text-xs text-dim">{written(share)}</span>
    </span>
  );
}
