import type { z } from "zod";
import type { heldBackView } from "../../contract/projects.ts";
import { ended } from "../../domain/now/say-time.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { heldBackWords } from "../../domain/rollout/held-back.ts";
import type { HeldBack } from "../../domain/rollout/held-back.ts";
import { instantOf } from "../../http/admin/instant-of.ts";

/** How a release went back, as it is told. */
export function heldBackViewOf(release: Release, held: HeldBack): z.output<typeof heldBackView> {
  const { rolloutId, how, at, by, why } = held;
  const name = releaseName(release);
  return {
    endpoint: release.endpoint,
    release: name,
    rollout: rolloutId,
    how,
    at: at === null ? null : instantOf(at),
    by,
    why,
    sentence: ended(`${name} ${heldBackWords(held)}`),
  };
}
