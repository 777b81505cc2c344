import type { AlertTransition } from "../domain/alerts/alert.ts";

/** Notes what becomes of alerts, for whoever reads the log; never throws. */
export interface AlertAnnouncer {
  /** An alert began to fire, or is over; called once, by the server that wrote it down. */
  alertChanged?(transition: AlertTransition): void;
}
