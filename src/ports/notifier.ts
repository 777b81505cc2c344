import type { Telling } from "../domain/alerts/delivery.ts";
import type { NotifierSettings } from "../domain/alerts/notifier-settings.ts";

/** A message; a repeated try has the same id. */
export interface NotifierMessage {
  readonly id: string;
  readonly telling: Telling;
}

/** What came of it. `note` is what the other side answered, without secrets, at most 300 characters. */
export type NotifierAnswer =
  | { readonly isSent: true; readonly note: string | null }
  | {
      readonly isSent: false;
      /** Why, in a clause. */
      readonly trouble: string;
      /** Trying again cannot help. */
      readonly isFinal: boolean;
      /** Nobody answered at all: others would fare no better at the moment. */
      readonly isAway?: boolean;
      /** When the other side wants to be asked again, ms. */
      readonly retryAfterMs?: number;
    };

/** One way to tell people. Never rejects; ends within a bounded time. */
export type Notifier = (message: NotifierMessage) => Promise<NotifierAnswer>;

/** Makes notifiers of their settings. */
export interface Notifiers {
  tell(settings: NotifierSettings, message: NotifierMessage): Promise<NotifierAnswer>;
  close(): Promise<void>;
}
