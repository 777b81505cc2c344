import { RollwardError } from "../../domain/errors.ts";
import type { Release } from "../../domain/release/release.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";

/** The release of an endpoint by its name for people, `support-bot@8`. Throws `release_not_found`. */
export async function namedRelease(releases: ReleaseStore, endpoint: string, name: string): Promise<Release> {
  const at = name.lastIndexOf("@");
  const number = Number(name.slice(at + 1));
  const isName = name.slice(0, at) === endpoint && Number.isSafeInteger(number);
  const found = isName ? await releases.byNumber(endpoint, number) : null;
  if (found === null) throw new RollwardError("release_not_found", { release: name.slice(0, 100) });
  return found;
}
