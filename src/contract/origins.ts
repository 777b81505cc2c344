import { z } from "zod";
import { instant } from "./fields.ts";

/** Longest reference; addresses of pull requests and digests are far shorter. */
const MAX_REFERENCE = 500;

const reference = z.string().min(1).max(MAX_REFERENCE);

/** Where a project comes from, as whoever applies it says. */
export const originInput = z.strictObject({
  commit: reference.optional(),
  dirty: z.boolean().optional().describe("whether files differ from that commit"),
  branch: reference.optional(),
  author: reference.optional(),
  pull_request: reference.optional(),
  repository: reference.optional(),
  data_set: reference.optional().describe("what it was evaluated with: a digest or any reference"),
  eval_run: reference.optional(),
});

/** The same as it was kept. */
export const originView = z.object({
  commit: z.string().nullable(),
  dirty: z.boolean(),
  branch: z.string().nullable(),
  author: z.string().nullable(),
  pull_request: z.string().nullable(),
  repository: z.string().nullable(),
  data_set: z.string().nullable(),
  eval_run: z.string().nullable(),
});

/** What an environment was applied with last. */
export const lastApply = z.object({
  environment: z.string(),
  at: instant,
  by: z.string().describe("name of the key, or its id when it is gone; `start` for a server that read its own files"),
  origin: originView.nullable(),
});
