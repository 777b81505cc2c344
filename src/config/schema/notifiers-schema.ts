import * as z from "zod";
import { number, text } from "./leaf.ts";
import { baseUrlLeaf, envNameLeaf } from "./provider-leaf.ts";

export const PAGERDUTY_URL = "https://events.pagerduty.com";

const allowPrivate = z
  .boolean()
  .optional()
  .meta({ preset: false, description: "Whether the address may be a private one." });

const changes = (preset: boolean) =>
  z.boolean().optional().meta({ preset, description: "Whether it is told of every step of rollouts too. Wakes nobody." });

const address = () => text({ what: "a mail address", max: 254, pattern: /^[^\s<>,;:"()[\]\\@]+@[^\s<>,;:"()[\]\\@]+$/ });

const pagerduty = z
  .strictObject({
    kind: z.literal("pagerduty").meta({ description: "PagerDuty by its Events API v2; steps of rollouts are change events." }),
    key_env: envNameLeaf().meta({ description: "Environment variable with the integration's routing key of 32 characters." }),
    url: baseUrlLeaf().optional().meta({ preset: PAGERDUTY_URL, description: "`https://events.eu.pagerduty.com` in Europe." }),
    changes: changes(true),
    allow_private: allowPrivate,
  })
  .meta({ title: "pagerduty" });

const slack = z
  .strictObject({
    kind: z.literal("slack").meta({ description: "Slack by an incoming webhook." }),
    url_env: envNameLeaf().meta({ description: "Environment variable with the webhook's address, which is a secret." }),
    changes: changes(false),
    allow_private: allowPrivate,
  })
  .meta({ title: "slack" });

const webhook = z
  .strictObject({
    kind: z
      .literal("webhook")
      .meta({ description: "A web server that takes Alertmanager's webhook, version 4, signed as in the Standard Webhooks specification." }),
    url: baseUrlLeaf().meta({ description: "Where it is sent." }),
    secret_env: envNameLeaf().meta({ description: "Environment variable with the secret that signs it." }),
    changes: changes(false),
    allow_private: allowPrivate,
  })
  .meta({ title: "webhook" });

const alertmanager = z
  .strictObject({
    kind: z.literal("alertmanager").meta({ description: "A Prometheus Alertmanager by its API v2." }),
    url: baseUrlLeaf().meta({ description: "Its address, without `/api/v2`." }),
    token_env: envNameLeaf().optional().meta({ description: "Environment variable with a bearer token, where one is needed." }),
    allow_private: allowPrivate,
  })
  .meta({ title: "alertmanager" });

const email = z
  .strictObject({
    kind: z.literal("email").meta({ description: "Mail by SMTP." }),
    host: text({ what: "the name of a mail server", max: 253, pattern: /^[A-Za-z0-9.:-]+$/ }).meta({ description: "The mail server." }),
    port: number({ min: 1, max: 65_535, integer: true }).optional().meta({ preset: 587, description: "Its port." }),
    security: z.enum(["starttls", "tls", "none"]).optional().meta({
      preset: "starttls",
      description: "`starttls` insists on it, `tls` begins with it, `none` sends in the clear, for a relay on the same machine.",
    }),
    user_env: envNameLeaf().optional().meta({ description: "Environment variable with the user name." }),
    password_env: envNameLeaf().optional().meta({ description: "Environment variable with the password." }),
    from: address().meta({ description: "Who it comes from." }),
    to: z.array(address()).min(1).max(50).meta({ description: "Who it goes to." }),
    changes: changes(false),
    allow_private: allowPrivate,
  })
  .meta({ title: "email" });

/** One of `notifiers`. */
export const notifierSchema = z.discriminatedUnion("kind", [pagerduty, slack, webhook, alertmanager, email]);

/** A notifier as read. */
export type NotifierInput = z.output<typeof notifierSchema>;
