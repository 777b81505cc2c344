import type { z } from "zod";
import type { diffCalls } from "../contract/calls.ts";

type Diff = z.output<typeof diffCalls.answer>;

/** What matters first: what was said, then what was asked, then what is only a matter of this one call. */
const SIDES = ["answer", "request", "upstream", "facts"] as const;

/** Facts that differ between any two calls: identity, and times by stage and attempt. */
const OF_EVERY_CALL = /^\/(?:id|at|trace|stages|attempts\/\d+\/(?:start_ms|first_byte_ms|end_ms))(?:\/|$)/;

/** In what two calls differ, for a terminal; `--json` has all of it. */
export const diffText = (diff: Diff): string => SIDES.flatMap((side) => sideText(side, diff[side])).join("\n");

function sideText(name: string, { form, same, changes, cut }: Diff["facts"]): readonly string[] {
  const head = `${name}: ${form === "none" ? "not kept of both" : same ? "the same" : "different"}`;
  const told = name === "facts" ? changes.filter(({ path }) => !OF_EVERY_CALL.test(path)) : changes;
  const left = changes.length - told.length;
  return [
    head,
    ...told.flatMap(({ path, kind, before, after }) => [
      ...(kind === "added" ? [] : [`  - ${path === "" ? "/" : path}  ${before ?? ""}`]),
      ...(kind === "removed" ? [] : [`  + ${path === "" ? "/" : path}  ${after ?? ""}`]),
    ]),
    ...(left === 0 ? [] : [`  ${left} more in ids and times of stages, as between any two calls: --json shows them`]),
    ...(cut ? ["  … and more"] : []),
  ];
}
