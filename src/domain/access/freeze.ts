import type { ChannelName } from "../traffic/route.ts";

/** What is frozen: everything, the channels of an environment, or one channel. */
export type FreezeSubject =
  | { readonly type: "everything" }
  | { readonly type: "environment"; readonly environment: string }
  | { readonly type: "endpoint"; readonly endpoint: string; readonly environment: string };

/** While it is in force no rollout of its channels starts, advances or is promoted. It never keeps anybody from holding, aborting or rolling back. */
export interface Freeze {
  /** `frz_…` */
  readonly id: string;
  readonly subject: FreezeSubject;
  readonly reason: string;
  /** Name of the key. */
  readonly by: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** When it ends by itself, epoch milliseconds; `null`: when it is lifted. */
  readonly until: number | null;
  /** When, by whom and why it was lifted; `null` while nobody has. */
  readonly lifted: { readonly at: number; readonly by: string; readonly reason: string } | null;
}

/** What freezes may be about: a channel, or an environment with all its endpoints. */
export type FreezeScope = Pick<ChannelName, "environment"> & Partial<ChannelName>;

/** Whether a freeze is about a channel; about anything in an environment, where no endpoint is named. */
export function isAboutChannel({ subject }: Pick<Freeze, "subject">, { endpoint, environment }: FreezeScope): boolean {
  if (subject.type === "everything") return true;
  if (subject.environment !== environment) return false;
  return subject.type === "environment" || endpoint === undefined || subject.endpoint === endpoint;
}

/** Whether it is in force at a moment, epoch milliseconds. */
export const isInForce = ({ until, lifted }: Pick<Freeze, "until" | "lifted">, now: number): boolean =>
  lifted === null && (until === null || now < until);

/** "everything", "the environment staging", "support-bot in production". */
export function frozenName(subject: FreezeSubject): string {
  if (subject.type === "everything") return "everything";
  if (subject.type === "environment") return `the environment ${subject.environment}`;
  return `${subject.endpoint} in ${subject.environment}`;
}

/** A subject as text that names it alone. */
export function freezeKey(subject: FreezeSubject): string {
  if (subject.type === "everything") return "everything";
  if (subject.type === "environment") return `environment ${subject.environment}`;
  return `endpoint ${subject.environment} ${subject.endpoint}`;
}
