import { releaseName } from "../domain/release/release.ts";
import type { Delivery } from "./delivery.ts";

/** The name of a release; its id where there is none any more. */
export async function nameOfRelease({ releases }: Pick<Delivery, "releases">, id: string): Promise<string> {
  const release = await releases.byId(id);
  return release === null ? id : releaseName(release);
}
