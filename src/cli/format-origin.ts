import type { z } from "zod";
import type { lastApply, originView } from "../contract/origins.ts";

type OriginView = z.output<typeof originView>;

const SHORT = 12;

/** A commit as people write it. */
const shortCommit = (commit: string): string => (/^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, SHORT) : commit);

/** `commit 1f2e3d4c5b6a on main by Ada (#12)`; "" when nothing is known. */
export function formatOrigin(origin: OriginView | null): string {
  if (origin === null) return "";
  const { commit, dirty, branch, author, pull_request: pull } = origin;
  return [
    commit === null ? "" : `commit ${shortCommit(commit)}${dirty ? " with changes of its own" : ""}`,
    branch === null ? "" : `on ${branch}`,
    author === null ? "" : `by ${author}`,
    pull === null ? "" : `(${/^\d+$/.test(pull) ? `#${pull}` : pull})`,
  ]
    .filter((word) => word !== "")
    .join(" ");
}

/** `production was applied last at 2026-11-21T10:00:00.000Z by ci: commit …`. */
export function formatLastApply({ environment, at, by, origin }: z.output<typeof lastApply>): string {
  const from = formatOrigin(origin);
  return `${environment} was applied last at ${at} by ${by}${from === "" ? "" : `: ${from}`}`;
}
