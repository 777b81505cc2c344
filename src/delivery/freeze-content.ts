import { releaseDigest } from "../domain/release/release-digest.ts";
import type { Release, ReleaseContent } from "../domain/release/release.ts";
import type { Delivery } from "./delivery.ts";

/** The release of a content: the one that is kept with its digest, or a new one with the next number. */
export async function freezeContent(
  delivery: Pick<Delivery, "ids" | "clock" | "releases">,
  content: ReleaseContent,
  author: string,
): Promise<Release> {
  const { release } = await delivery.releases.freeze({
    id: delivery.ids.next("rel"),
    endpoint: content.endpoint,
    number: 0,
    digest: releaseDigest(content),
    content,
    createdAt: delivery.clock.now(),
    author,
  });
  return release;
}
