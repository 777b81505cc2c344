import type { NoticeEvent } from "../domain/rollout/notice-plan.ts";

/** Something that somebody is to be told. */
export interface Notice {
  /** `ntc_…`; the receiver can tell by it that it has heard this before. */
  readonly id: string;
  readonly rolloutId: string;
  /** Name in the plan's `notify`. */
  readonly name: string;
  readonly event: NoticeEvent;
  /** What is sent, as it is signed. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly tries: number;
  /** When it is tried next, epoch milliseconds. */
  readonly dueAt: number;
  readonly sentAt: number | null;
  /** When it was given up, epoch milliseconds. */
  readonly givenUpAt: number | null;
  /** Why the last try failed. */
  readonly trouble: string | null;
}

/** What came of a try. */
export type NoticeTry =
  | { readonly sentAt: number }
  | { readonly trouble: string; readonly dueAt: number }
  | { readonly trouble: string; readonly givenUpAt: number };

/** Where messages wait until they are sent, and stay as the record of who was told what. */
export interface NoticeStore {
  /** Keeps a notice; one with the same id stays as it is. */
  add(notice: Notice): Promise<void>;
  /** Those that are due, oldest first. */
  due(now: number, limit: number): Promise<readonly Notice[]>;
  tried(id: string, outcome: NoticeTry): Promise<void>;
  /** Those of a rollout, newest first. */
  of(rolloutId: string, limit: number): Promise<readonly Notice[]>;
  /** Forgets what was sent or given up before this time, epoch milliseconds. */
  expire(before: number): Promise<void>;
}
