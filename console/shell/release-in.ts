/** The release that was typed, `support-bot@4`, whether it is on any list or not; `null` where none was. */
export function releaseIn(typed: string): { readonly endpoint: string; readonly name: string } | null {
  const [, endpoint = "", number = ""] = /^\s*([a-z0-9][a-z0-9._-]{0,62})@(\d{1,9})\s*$/.exec(typed) ?? [];
  return endpoint === "" ? null : { endpoint, name: `${endpoint}@${Number(number)}` };
}
