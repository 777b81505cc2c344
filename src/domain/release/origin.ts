/** Where a release came from, as whoever applied it said or as its CI told. Nothing of it is part of a digest. */
export interface Origin {
  /** Hash of the commit. */
  readonly commit: string | null;
  /** Whether files differed from that commit. */
  readonly isDirty: boolean;
  readonly branch: string | null;
  /** Who wrote the commit; who applied it is known from the key. */
  readonly author: string | null;
  /** Number or address of the pull or merge request. */
  readonly pullRequest: string | null;
  /** Address of the repository, without credentials. */
  readonly repository: string | null;
  /** What the release was evaluated with: a digest or any reference. */
  readonly dataSet: string | null;
  readonly evalRun: string | null;
}

/** One application of a release: the first is its lineage, later ones brought the same content back. */
export interface ReleaseOrigin {
  readonly releaseId: string;
  readonly environment: string;
  readonly origin: Origin | null;
  /** Release id of what was stable in that environment; `null` for an endpoint's first release. */
  readonly parent: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Name of the key that applied it. */
  readonly by: string;
  /** Why it went out, where that was not because a project was applied: it was promoted, for example. */
  readonly reason: string | null;
}

const SHORT = 12;

/** A commit as people write it. */
export const shortCommit = (commit: string): string =>
  /^[0-9a-f]{40,64}$/.test(commit) ? commit.slice(0, SHORT) : commit;

/** `commit 1f2e3d4c5b6a on main by Ada (#12)`; `null` when nothing is known. */
export function originWords(origin: Origin | null): string | null {
  if (origin === null) return null;
  const { commit, isDirty, branch, author, pullRequest } = origin;
  const words = [
    commit === null ? "" : `commit ${shortCommit(commit)}${isDirty ? " with changes of its own" : ""}`,
    branch === null ? "" : `on ${branch}`,
    author === null ? "" : `by ${author}`,
    pullRequest === null ? "" : `(${/^\d+$/.test(pullRequest) ? `#${pullRequest}` : pullRequest})`,
  ].filter((word) => word !== "");
  return words.length === 0 ? null : words.join(" ");
}
