import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { UseMutationResult, UseQueryResult } from "@tanstack/react-query";
import type { ApiRoute } from "../../src/contract/route.ts";
import { callApi, pathOf } from "./api.ts";
import type { Answer, ApiCall, ApiError, Query } from "./api.ts";
import { useEnvironment } from "./use-environment.ts";
import type { Topic } from "./live.ts";

/** How a page reads an address. */
export interface ApiOptions {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Query;
  /** What it must be read again for when something happens there. */
  readonly topics?: readonly Topic[];
  /** False for an address that knows no environments (`perEnvironment: false` in its contract). */
  readonly perEnvironment?: boolean;
  readonly enabled?: boolean;
  /** Reads again regularly, ms: only for what no topic tells of. */
  readonly everyMs?: number;
}

/**
 * Reads an address of the table, keeps what it said while it is read again, and follows its topics:
 * `useApi<typeof showRollout>("/api/rollouts/{rollout}", { params: { rollout }, topics: ["rollouts"] })`.
 */
export function useApi<R extends ApiRoute>(
  path: string,
  options: ApiOptions = {},
): UseQueryResult<Answer<R>, ApiError> {
  const { params = {}, query = {}, topics = [], perEnvironment = true, enabled = true, everyMs } = options;
  const { environment } = useEnvironment();
  const asked = perEnvironment ? { ...query, environment } : query;
  return useQuery<Answer<R>, ApiError>({
    queryKey: [path, params, asked],
    queryFn: async ({ signal }) => (await callApi({ path: pathOf(path, params), query: asked, signal })) as Answer<R>,
    meta: { topics },
    // Another filter of the same thing keeps what it said; another thing or environment never passes for this one.
    placeholderData: (before, query) =>
      query !== undefined && isOfSame(query.queryKey, params, asked) ? before : undefined,
    enabled,
    ...(everyMs !== undefined && { refetchInterval: everyMs }),
  });
}

/** Members of a query that say what is looked at, and not which part of it. */
const NAMING = ["environment", "endpoint", "session", "version"] as const;

function isOfSame(key: readonly unknown[], params: ApiOptions["params"], asked: Query): boolean {
  const [, paramsBefore, before] = key as readonly [string, ApiOptions["params"], Query];
  return (
    NAMING.every((name) => (before[name] ?? null) === (asked[name] ?? null)) &&
    JSON.stringify(paramsBefore) === JSON.stringify(params)
  );
}

/** How a page tells the server to do something. */
export interface Command extends ApiCall {
  readonly perEnvironment?: boolean;
}

/** Tells the server to do something; whatever is on the screen is read again afterwards. */
export function useCommand<A = unknown>(): UseMutationResult<A, ApiError, Command> {
  const client = useQueryClient();
  const { environment } = useEnvironment();
  return useMutation<A, ApiError, Command>({
    mutationFn: async ({ perEnvironment = true, query, ...call }) =>
      (await callApi({
        method: "POST",
        ...call,
        query: perEnvironment ? { ...query, environment } : (query ?? {}),
      })) as A,
    // Not waited for: what was done is done, however long it takes to read the page again.
    onSettled: () => void client.invalidateQueries(),
  });
}
