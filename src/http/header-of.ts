/** Whatever has the headers of a request, by their names in lower case. */
export interface WithHeaders {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A header that came once; `null` when there is none. */
export function headerOf({ headers }: WithHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === "string" ? value : null;
}
