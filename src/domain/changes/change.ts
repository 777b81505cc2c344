/** What can change. */
export type ChangeKind =
  | "rollout"
  | "project"
  | "prices"
  | "key"
  | "flag"
  | "pause"
  | "switch"
  | "freeze"
  | "provider"
  | "budget"
  | "spend"
  | "cache"
  | "alert"
  | "incident";

/** How much it matters to somebody on call. */
export type Weight = "ok" | "info" | "warning" | "critical";

/** Weights, the worst first. */
export const WEIGHTS = ["critical", "warning", "info", "ok"] as const satisfies readonly Weight[];

/** One thing that changed, as a line for people. Made from records; only what has no other record is kept as such. */
export interface Change {
  /** Names it alone: the same change has the same id whenever it is told. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: ChangeKind;
  readonly weight: Weight;
  /** `null` is the server as a whole. */
  readonly environment: string | null;
  /** `null` where it is about no endpoint alone. */
  readonly endpoint: string | null;
  /** Name of a person's key; `null` is the machine, or that nobody knows. */
  readonly by: string | null;
  /** At most 500 characters. */
  readonly line: string;
  /** What it is about, where that is to be found again: `openai/gpt-5`. */
  readonly subject?: string;
  /** The rollout it belongs to. */
  readonly rollout?: string;
  readonly incident?: string;
  /** Names of the releases between which it moved traffic; absent where it moved none. */
  readonly moves?: ReleaseMove;
  /** Paths of rollward.yaml that an apply changed; `null` where that is not known. */
  readonly paths?: readonly string[] | null;
}

/** Traffic that goes from one release to another. */
export interface ReleaseMove {
  readonly from: string;
  readonly to: string;
  /** Whether it takes a candidate back: what was before is again. */
  readonly isBack: boolean;
}

/** Longest line, characters. */
const LINE = 500;

/** A text as one line: no breaks, bounded. */
export function lineOf(text: string): string {
  const flat = text
    .slice(0, 4 * LINE)
    .replaceAll(/\s+/g, " ")
    .trim();
  return flat.length <= LINE ? flat : `${flat.slice(0, LINE - 1).toWellFormed()}…`;
}

/** Newest first; of the same moment the heavier one first. */
export const byTime = (one: Change, other: Change): number =>
  other.at - one.at ||
  WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight) ||
  (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);

/** Which changes are meant; what is absent does not matter. Times are epoch milliseconds. */
export interface ChangeCriteria {
  /** Inclusive. */
  readonly since?: number;
  /** Exclusive. */
  readonly until?: number;
  /** Of this environment or of the server as a whole. */
  readonly environment?: string;
  /** About this endpoint or about none alone. */
  readonly endpoint?: string;
  readonly kind?: ChangeKind;
  readonly subject?: string;
}

/** Whether a change is one of those. */
export const meetsChange = (change: Change, wanted: ChangeCriteria): boolean =>
  (wanted.since === undefined || change.at >= wanted.since) &&
  (wanted.until === undefined || change.at < wanted.until) &&
  (wanted.environment === undefined || change.environment === null || change.environment === wanted.environment) &&
  (wanted.endpoint === undefined || change.endpoint === null || change.endpoint === wanted.endpoint) &&
  (wanted.kind === undefined || change.kind === wanted.kind) &&
  (wanted.subject === undefined || change.subject === wanted.subject);
