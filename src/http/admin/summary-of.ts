import type { Release } from "../../domain/release/release.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { z } from "zod";
import type { releaseSummary } from "../../contract/endpoints.ts";
import { instantOf } from "./instant-of.ts";

/** A release on the wire without its content. */
export const summaryOf = (release: Release): z.input<typeof releaseSummary> => ({
  id: release.id,
  name: releaseName(release),
  number: release.number,
  digest: release.digest,
  created_at: instantOf(release.createdAt),
  author: release.author,
});
