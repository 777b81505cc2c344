import { useSearch } from "@tanstack/react-router";

/** The environment that is looked at: the `environment` of the address; `null` is the server's own. */
export function useEnvironment(): { readonly environment: string | null } {
  const { environment }: { readonly environment?: string } = useSearch({ strict: false });
  return { environment: environment ?? null };
}
