import type { NotifierSettings } from "../../domain/alerts/notifier-settings.ts";
import { PAGERDUTY_URL } from "../schema/notifiers-schema.ts";
import type { NotifierInput } from "../schema/notifiers-schema.ts";

const SUBMISSION_PORT = 587;

/** The ways to tell people, by name. */
export const buildNotifiers = (
  notifiers: Readonly<Record<string, NotifierInput>> = {},
): ReadonlyMap<string, NotifierSettings> =>
  new Map(Object.entries(notifiers).map(([name, input]) => [name, notifierOf(name, input)]));

function notifierOf(name: string, input: NotifierInput): NotifierSettings {
  const common = { name, allowPrivate: input.allow_private ?? false };
  switch (input.kind) {
    case "pagerduty": {
      const { kind, key_env: keyEnv, url = PAGERDUTY_URL, changes = true } = input;
      return { ...common, kind, keyEnv, url, changes };
    }
    case "slack":
      return { ...common, kind: input.kind, urlEnv: input.url_env, changes: input.changes ?? false };
    case "webhook": {
      const { kind, url, secret_env: secretEnv, changes = false } = input;
      return { ...common, kind, url, secretEnv, changes };
    }
    case "alertmanager":
      // It has no place for changes.
      return { ...common, kind: input.kind, url: input.url, tokenEnv: input.token_env ?? null, changes: false };
    default:
      return {
        ...common,
        kind: input.kind,
        host: input.host,
        port: input.port ?? SUBMISSION_PORT,
        security: input.security ?? "starttls",
        userEnv: input.user_env ?? null,
        passwordEnv: input.password_env ?? null,
        from: input.from,
        to: input.to,
        changes: input.changes ?? false,
      };
  }
}
