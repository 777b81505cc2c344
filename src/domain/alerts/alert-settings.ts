import type { Slo } from "../slo/slo.ts";
import type { AlertRule, Severity } from "./alert-rule.ts";
import type { NotifierSettings } from "./notifier-settings.ts";

/** Who is told when nobody acknowledges. */
export interface Escalation {
  readonly afterMs: number;
  /** Names of notifiers. */
  readonly to: readonly string[];
}

/** Who is told of what, and when. */
export interface AlertRouting {
  /** Names of notifiers by severity. */
  readonly notify: Readonly<Record<Severity, readonly string[]>>;
  /** Of critical troubles; `null`: nobody further. */
  readonly escalation: Escalation | null;
  /** How long a first message waits for further alerts of the same trouble, ms. */
  readonly groupWaitMs: number;
}

/** Everything that a project says about alerts. */
export interface AlertSettings {
  /** Those that come with Rollward, those that are written, and those of service levels. */
  readonly rules: readonly AlertRule[];
  readonly slos: readonly Slo[];
  readonly notifiers: ReadonlyMap<string, NotifierSettings>;
  readonly routing: AlertRouting;
}
