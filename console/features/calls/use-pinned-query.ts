import { useState } from "react";
import type { Query } from "../../lib/api.ts";
import { useNow } from "../../lib/time.ts";
import type { Search } from "../../lib/use-search.ts";
import { queryOf } from "./call-filters.ts";

/**
 * The query of the filters in the address, as it was when they were chosen: "the last hour" moves on, and a list that
 * begins anew with it cannot be read.
 */
export function usePinnedQuery(search: Search): Query {
  const now = useNow();
  const asked = JSON.stringify(queryOf(search, 0));
  const [pinned, pin] = useState({ asked, query: queryOf(search, now) });
  if (pinned.asked === asked) return pinned.query;
  const query = queryOf(search, now);
  pin({ asked, query });
  return query;
}
