import { execFile } from "node:child_process";
import type { z } from "zod";
import type { originInput } from "../contract/origins.ts";

type OriginInput = z.input<typeof originInput>;

/** What a person wrote on the command line. */
export interface WrittenOrigin {
  readonly commit?: string;
  readonly branch?: string;
  readonly author?: string;
  readonly pullRequest?: string;
  readonly repository?: string;
  readonly dataSet?: string;
  readonly evalRun?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Longest reference that the server takes. */
const MAX_REFERENCE = 500;
const GIT_MS = 5_000;
/** Most that git may answer, bytes: a tree with very many changed files must not pass for a clean one. */
const MOST_GIT_BYTES = 64 * 1024 * 1024;

/**
 * Where the files of a directory come from: what was written, else what the CI says in its variables, else what git
 * says of the directory. Never fails: what nobody knows is left out.
 */
export async function originOf(
  written: WrittenOrigin,
  { environment, directory }: { readonly environment: Environment; readonly directory: string },
): Promise<OriginInput> {
  const ci = gitHubOrigin(environment) ?? gitLabOrigin(environment) ?? {};
  const git = await gitOrigin(directory);
  // A commit that was named is not the one of the work tree: the tree's other facts may not fit it.
  const isOther = written.commit !== undefined && written.commit !== git.commit;
  // Named one by one: what is written may come with other options of the command.
  const { commit, branch, author, repository, pullRequest, dataSet, evalRun } = written;
  const told = { commit, branch, author, repository, pull_request: pullRequest, data_set: dataSet, eval_run: evalRun };
  const { dirty } = git;
  const facts = {
    ...(isOther ? { repository: git.repository } : git),
    ...known(ci),
    ...known(told),
    ...(isOther ? {} : { dirty }),
  };
  return bounded(facts);
}

const known = (facts: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(facts).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );

function bounded(facts: Readonly<Record<string, string | boolean | undefined>>): OriginInput {
  return Object.fromEntries(
    Object.entries(facts)
      .filter(([, value]) => value !== undefined && value !== "" && value !== false)
      .map(([name, value]) => [name, typeof value === "string" ? value.slice(0, MAX_REFERENCE) : value]),
  );
}

/** By the variables that GitHub Actions sets; `null` elsewhere. */
function gitHubOrigin(environment: Environment): Readonly<Record<string, string | undefined>> | null {
  if (environment["GITHUB_SHA"] === undefined) return null;
  const [server, repository] = [environment["GITHUB_SERVER_URL"], environment["GITHUB_REPOSITORY"]];
  const pull = /^refs\/pull\/(\d{1,10})\//.exec(environment["GITHUB_REF"] ?? "");
  return {
    commit: environment["GITHUB_SHA"],
    branch: branchOf(environment),
    author: environment["GITHUB_ACTOR"],
    pull_request: pull?.[1],
    repository: server === undefined || repository === undefined ? repository : `${server}/${repository}`,
  };
}

/** Outside of pull requests the first of these is there and empty. */
const branchOf = ({ GITHUB_HEAD_REF: head, GITHUB_REF_NAME: name }: Environment): string | undefined =>
  head === undefined || head === "" ? name : head;

/** By the variables that GitLab sets; `null` elsewhere. */
function gitLabOrigin(environment: Environment): Readonly<Record<string, string | undefined>> | null {
  if (environment["CI_COMMIT_SHA"] === undefined) return null;
  return {
    commit: environment["CI_COMMIT_SHA"],
    branch: environment["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] ?? environment["CI_COMMIT_REF_NAME"],
    author: environment["CI_COMMIT_AUTHOR"] ?? environment["GITLAB_USER_LOGIN"],
    pull_request: environment["CI_MERGE_REQUEST_IID"],
    repository: environment["CI_PROJECT_URL"],
  };
}

interface GitFacts {
  readonly commit?: string;
  readonly dirty?: boolean;
  readonly branch?: string;
  readonly author?: string;
  readonly repository?: string;
}

async function gitOrigin(directory: string): Promise<GitFacts> {
  const git = (...args: readonly string[]): Promise<string | null> => run(directory, args);
  const commit = await git("rev-parse", "HEAD");
  if (commit === null) return {};
  const [branch, author, remote, changes] = await Promise.all([
    git("rev-parse", "--abbrev-ref", "HEAD"),
    git("log", "-1", "--format=%an"),
    git("config", "--get", "remote.origin.url"),
    git("status", "--porcelain", "--", "."),
  ]);
  return {
    commit,
    dirty: changes !== null && changes !== "",
    // A checkout of a commit has no branch.
    ...(branch !== null && branch !== "HEAD" && { branch }),
    ...(author !== null && author !== "" && { author }),
    ...(remote !== null && remote !== "" && { repository: withoutCredentials(remote) }),
  };
}

/** What git answers; `null` when there is no git, no work tree or no such fact. */
const run = (directory: string, args: readonly string[]): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(
      "git",
      ["-C", directory, ...args],
      { timeout: GIT_MS, maxBuffer: MOST_GIT_BYTES, windowsHide: true },
      (error, stdout) => resolve(error === null ? stdout.trim() : null),
    );
  });

/** An address of a repository as it may be kept: people put tokens into them. */
export function withoutCredentials(remote: string): string {
  if (!URL.canParse(remote)) return remote;
  const url = new URL(remote);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}
