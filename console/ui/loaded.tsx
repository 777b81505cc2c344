import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "./problem.tsx";
import { SkeletonRows } from "./skeleton.tsx";

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly skeleton?: ReactNode;
  readonly children: (data: T) => ReactNode;
}

/**
 * What a query says: a skeleton until it does, the problem when it cannot. Old data stay while they are read again, and
 * when that fails, with the problem above them: nobody shall take them for new.
 */
export function Loaded<T>({ query, skeleton = <SkeletonRows />, children }: LoadedProps<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.error !== null && <Problem error={query.error} isOld onRetry={() => void query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error !== null) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return <>{skeleton}</>;
}
