import { useParams } from "@tanstack/react-router";

/** A `$name` of the page's path. */
export function useParam(name: string): string {
  const params: Readonly<Record<string, string>> = useParams({ strict: false });
  return params[name] ?? "";
}
