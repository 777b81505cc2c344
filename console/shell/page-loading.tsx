import { Skeleton } from "../ui/skeleton.tsx";

/** The shape of the console, before anything is known. */
export function PageLoading() {
  return (
    <div role="status" aria-label="Loading the console" className="flex h-dvh">
      <div className="flex w-52 flex-col gap-4 border-r border-line p-5 max-md:hidden">
        <Skeleton className="mb-3 h-5 w-28" />
        {[16, 24, 20, 28, 18].map((width) => (
          <Skeleton key={width} className="h-3 w-24" />
        ))}
      </div>
      <div className="flex-1 p-6">
        <Skeleton className="mb-6 h-6 w-56" />
        <Skeleton className="h-40 w-full rounded-lg" />
      </div>
    </div>
  );
}
