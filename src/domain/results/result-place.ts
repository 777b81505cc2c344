import type { ResultSource } from "./result-policy.ts";

/** Where the results of one source for one endpoint lie: what is purged at once. */
export interface ResultFolder {
  readonly endpoint: string;
  readonly source: ResultSource;
}

/** Its text; endpoints and sources have no character that means something in it. */
export const folderText = ({ endpoint, source: { kind, name } }: ResultFolder): string => `${endpoint}:${kind}.${name}`;

const FOLDER = /^([a-z0-9][a-z0-9._-]{0,62}):(tool|retrieval)\.([A-Za-z0-9._-]{1,64})$/;

/** Reads what `folderText` wrote; `null` for anything else. */
export function readFolder(text: string): ResultFolder | null {
  const [, endpoint, kind, name] = FOLDER.exec(text) ?? [];
  if (endpoint === undefined || kind === undefined || name === undefined) return null;
  return { endpoint, source: { kind: kind as ResultSource["kind"], name } };
}

/** A right to run, as a client carries it. What it is good for lies in the cache (see `ClaimNote`). */
export interface PresentedClaim {
  /** 32 hex digits that nobody can guess. */
  readonly token: string;
  /** Of the result that is to come. */
  readonly key: string;
  readonly folder: ResultFolder;
}

/** The claim as one word. */
export const writeClaim = ({ token, key, folder }: PresentedClaim): string =>
  `clm_${token}.${key}.${folderText(folder).replace(":", "~")}`;

const CLAIM = /^clm_([0-9a-f]{32})\.([0-9a-f]{64})\.([A-Za-z0-9._~-]{1,140})$/;

/** Reads what `writeClaim` wrote; `null` for anything else. */
export function readClaim(text: string): PresentedClaim | null {
  const [, token, key, place] = CLAIM.exec(text) ?? [];
  const folder = readFolder((place ?? "").replace("~", ":"));
  return token === undefined || key === undefined || folder === null ? null : { token, key, folder };
}
