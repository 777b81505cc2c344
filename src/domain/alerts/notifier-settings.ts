/** Who wants to hear of rollouts' steps as well. */
interface Common {
  readonly name: string;
  /** Whether steps of rollouts are sent too, as changes that wake nobody. */
  readonly changes: boolean;
  /** Whether the address may be a private one. */
  readonly allowPrivate: boolean;
}

/** PagerDuty by its Events API v2. */
export interface PagerDutySettings extends Common {
  readonly kind: "pagerduty";
  /** Environment variable with the routing key: 32 characters. */
  readonly keyEnv: string;
  /** Where events go to, without a path. */
  readonly url: string;
}

/** Slack by an incoming webhook, whose address is a secret. */
export interface SlackSettings extends Common {
  readonly kind: "slack";
  readonly urlEnv: string;
}

/** A signed message in the form of Alertmanager's webhook, version 4. */
export interface WebhookSettings extends Common {
  readonly kind: "webhook";
  readonly url: string;
  readonly secretEnv: string;
}

/** A real Alertmanager by its API v2, which routes and groups by itself. */
export interface AlertmanagerSettings extends Common {
  readonly kind: "alertmanager";
  readonly url: string;
  /** Variable with a bearer token; `null`: none. */
  readonly tokenEnv: string | null;
}

/** Mail by SMTP. */
export interface EmailSettings extends Common {
  readonly kind: "email";
  readonly host: string;
  readonly port: number;
  /** `starttls` insists on it; `tls` begins with it; `none` sends in the clear, for a relay on the same machine. */
  readonly security: "starttls" | "tls" | "none";
  /** Variables with user name and password; `null`: nobody signs in. */
  readonly userEnv: string | null;
  readonly passwordEnv: string | null;
  readonly from: string;
  readonly to: readonly string[];
}

/** One way to tell people, as configured. Holds no secret. */
export type NotifierSettings =
  | PagerDutySettings
  | SlackSettings
  | WebhookSettings
  | AlertmanagerSettings
  | EmailSettings;
