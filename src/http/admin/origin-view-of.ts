import type { z } from "zod";
import type { lastApply, originView } from "../../contract/origins.ts";
import type { originInput } from "../../contract/origins.ts";
import type { Origin } from "../../domain/release/origin.ts";
import type { KeyRing } from "../../ports/key-ring.ts";
import type { AppliedProject } from "../../ports/project-store.ts";
import { instantOf } from "./instant-of.ts";

/** Where something comes from, on the wire. */
export const originViewOf = (origin: Origin | null): z.input<typeof originView> | null =>
  origin === null
    ? null
    : {
        commit: origin.commit,
        dirty: origin.isDirty,
        branch: origin.branch,
        author: origin.author,
        pull_request: origin.pullRequest,
        repository: origin.repository,
        data_set: origin.dataSet,
        eval_run: origin.evalRun,
      };

/** The same from the wire; `undefined` when nothing was said. */
export function originOf(input: z.output<typeof originInput> | undefined): Origin | undefined {
  if (input === undefined || Object.keys(input).length === 0) return undefined;
  return {
    commit: input.commit ?? null,
    isDirty: input.dirty ?? false,
    branch: input.branch ?? null,
    author: input.author ?? null,
    pullRequest: input.pull_request ?? null,
    repository: input.repository ?? null,
    dataSet: input.data_set ?? null,
    evalRun: input.eval_run ?? null,
  };
}

/** The last apply of an environment, with the name of the key where that is still known. */
export const lastApplyOf = (
  { environment, appliedAt, author, origin }: AppliedProject,
  keys: Pick<KeyRing, "byId">,
): z.input<typeof lastApply> => ({
  environment,
  at: instantOf(appliedAt),
  by: keys.byId(author)?.name ?? author,
  origin: originViewOf(origin ?? null),
});
