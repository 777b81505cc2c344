import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** What stands after the `?` of the address, as text. */
export type Search = Readonly<Record<string, string>>;

/** Changes to it; `null` and "" take a name out. */
export type SearchPatch = Readonly<Record<string, string | null | undefined>>;

/**
 * State of a view that stands in its address, so that it can be sent to somebody. `change` merges; a step that the
 * back button shall not undo one by one (typing) is made with `replace`.
 */
export function useSearchState(): readonly [
  Search,
  (patch: SearchPatch, how?: { readonly replace?: boolean }) => void,
] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (patch: SearchPatch, { replace = true }: { readonly replace?: boolean } = {}) => {
      void navigate({
        to: ".",
        search: (before: Search) => merged(before, patch),
        replace,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, change];
}

function merged(before: Search, patch: SearchPatch): Search {
  const entries = Object.entries({ ...before, ...patch });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] != null && entry[1] !== ""));
}
