import { clsx } from "clsx";

/** A place where something is about to stand. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx("animate-breathe rounded-sm bg-line", className)} />;
}

const WIDTHS = ["w-3/5", "w-4/5", "w-2/5", "w-3/4", "w-1/2"];

/** Lines of a list that is being read. */
export function SkeletonRows({ rows = 5 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4 p-4">
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className="flex items-center gap-4">
          <Skeleton className="h-3 w-24" />
          <Skeleton className={clsx("h-3", WIDTHS[index % WIDTHS.length])} />
        </div>
      ))}
    </div>
  );
}
