import type { NotifierSettings } from "../../domain/alerts/notifier-settings.ts";
import { proxiesOf } from "../../kit/outbound-proxy.ts";
import type { Notifier, Notifiers } from "../../ports/notifier.ts";
import { createAlertmanager } from "./alertmanager.ts";
import { createEmail } from "./email.ts";
import type { NotifierGround } from "./notifier-ground.ts";
import { createPagerduty } from "./pagerduty.ts";
import { createJsonPoster } from "./post-json.ts";
import { createSlack } from "./slack.ts";
import { createWebhook } from "./webhook.ts";

/** Every way to tell people. */
export function createNotifiers(terms: Omit<NotifierGround, "poster">): Notifiers {
  const poster = createJsonPoster(proxiesOf(terms.variables));
  const ground: NotifierGround = { ...terms, poster };
  return {
    tell: (settings, message) => notifierOf(settings, ground)(message),
    close: () => poster.close(),
  };
}

function notifierOf(settings: NotifierSettings, ground: NotifierGround): Notifier {
  switch (settings.kind) {
    case "pagerduty":
      return createPagerduty(settings, ground);
    case "slack":
      return createSlack(settings, ground);
    case "webhook":
      return createWebhook(settings, ground);
    case "alertmanager":
      return createAlertmanager(settings, ground);
    default:
      return createEmail(settings, ground);
  }
}
