import type { AlertDelivery } from "../domain/alerts/delivery.ts";
import type { AlertDesk } from "../domain/alerts/desk.ts";

/** What came of a try. */
export type DeliveryTry =
  | { readonly sentAt: number }
  | { readonly trouble: string; readonly dueAt: number }
  | { readonly trouble: string; readonly givenUpAt: number };

/** Which deliveries are asked for; newest first. */
export interface DeliveryQuery {
  /** Absent is all environments. */
  readonly environment?: string;
  readonly notifier?: string;
  /** Only those that are neither sent nor given up. */
  readonly waiting?: boolean;
  readonly limit: number;
}

/** Who has been told what, and what waits to be told: written together, so that nothing is told twice or forgotten. */
export interface AlertOutbox {
  /** What is known of who was told what; `null` where nobody has been told anything. */
  desk(environment: string): Promise<AlertDesk | null>;
  /**
   * Sets the desk and keeps new deliveries, both or neither. Answers false where the stored desk's version is not one
   * less than this one's: somebody else was first. A delivery whose id is known stays as it is.
   */
  commit(desk: AlertDesk, deliveries: readonly Omit<AlertDelivery, "seq">[]): Promise<boolean>;
  /**
   * The first message of each group and notifier that waits, in the order of writing, whether it is due or not; those
   * that another server has claimed are left out, and so is what comes after them. At most `limit` of each notifier: one
   * that is away must not hide what others are to be told.
   */
  heads(now: number, limit: number): Promise<readonly AlertDelivery[]>;
  /** Takes a waiting message until a time, epoch ms; false where somebody else has it. */
  claim(id: string, now: number, until: number): Promise<boolean>;
  /** Counts a try and gives up the claim. */
  tried(id: string, outcome: DeliveryTry): Promise<void>;
  deliveries(query: DeliveryQuery): Promise<readonly AlertDelivery[]>;
  /** Forgets what was sent or given up before this time, epoch ms. */
  expire(before: number): Promise<void>;
}
