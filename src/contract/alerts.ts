import { z } from "zod";
import { instant, limit, reason } from "./fields.ts";
import { defineRoute } from "./route.ts";

const severity = z.enum(["critical", "warning", "info"]);
const status = z.enum(["ok", "pending", "firing", "resolved"]);
const labels = z.record(z.string(), z.string());

/** The fingerprint of an alert in a path. */
const fingerprint = z.string().regex(/^[0-9a-f]{16}$/, "is no fingerprint of an alert: those have 16 hex digits");

const readingView = z.object({
  value: z.number().nullable().describe("in the signal's unit: shares from 0 to 1, ms, pico-dollars; null is no data"),
  count: z.int().nonnegative().describe("calls or judged answers that it rests on"),
  bound: z.number().describe("what it is compared with"),
  note: z.string().nullable(),
  worst: z
    .object({ value: z.number().nullable(), at: instant })
    .nullable()
    .describe("the worst value since it began to fire; null where there is none"),
});

/** An alert as it stands. */
export const alertView = z.object({
  fingerprint: z.string(),
  rule: z.string(),
  environment: z.string(),
  endpoint: z.string().nullable(),
  severity,
  status,
  since: instant.describe("when it came to its status"),
  started_at: instant.nullable().describe("when the trouble began: its first sign, which is before it was seen"),
  episode: z.int().nonnegative().describe("grows whenever it fires; names one trouble together with the fingerprint"),
  labels,
  summary: z.string().describe("with the value of the last evaluation while it fires, and with the worst"),
  reading: readingView.nullable(),
  runbook: z.string().nullable(),
  acknowledged: z.object({ at: instant, by: z.string(), note: z.string().nullable() }).nullable(),
  silenced_by: z.string().nullable().describe("id of a silence, because of which nobody is told"),
});

/** A change of an alert's status. */
export const transitionView = z.object({
  seq: z.int().positive(),
  fingerprint: z.string(),
  rule: z.string(),
  environment: z.string(),
  endpoint: z.string().nullable(),
  severity,
  from: status,
  to: status,
  at: instant,
  episode: z.int().nonnegative(),
  summary: z.string(),
  labels,
});

/** A silence with who, when and why. */
export const silenceView = z.object({
  id: z.string(),
  matchers: z.array(z.object({ label: z.string(), op: z.enum(["is", "is-not", "like"]), value: z.string() })),
  starts_at: instant,
  ends_at: instant,
  ended_at: instant.nullable().describe("when it was ended early"),
  is_in_force: z.boolean(),
  reason: z.string(),
  by: z.string(),
});

/** A message to a notifier. */
export const deliveryView = z.object({
  id: z.string(),
  notifier: z.string(),
  reason: z.enum(["fired", "changed", "renotified", "escalated", "acknowledged", "resolved", "test", "change"]),
  title: z.string(),
  dedup_key: z.string(),
  state: z.enum(["waiting", "sent", "given_up"]),
  tries: z.int().nonnegative(),
  created_at: instant,
  due_at: instant,
  sent_at: instant.nullable(),
  given_up_at: instant.nullable(),
  trouble: z.string().nullable(),
});

/** A rule with what it finds now. */
export const ruleView = z.object({
  rule: z.string(),
  severity,
  is_default: z.boolean(),
  watches: z.string(),
  for_seconds: z.number(),
  no_data: z.enum(["ok", "alert", "keep"]),
  runbook: z.string().nullable(),
  findings: z.array(
    z.object({
      subject: labels,
      is_bad: z.boolean().nullable().describe("null is no data"),
      status,
      summary: z.string(),
      reading: readingView.nullable(),
    }),
  ),
});

export const listAlerts = defineRoute({
  method: "GET",
  path: "/api/alerts",
  perEnvironment: true,
  summary: "Alerts that fire or are about to, the worst first; with `all` also those that are over",
  query: z.strictObject({ all: z.stringbool().default(false), limit }),
  answer: z.object({ data: z.array(alertView), notifiers: z.array(z.object({ name: z.string(), kind: z.string() })) }),
});

export const listAlertRules = defineRoute({
  method: "GET",
  path: "/api/alerts/rules",
  perEnvironment: true,
  summary: "The rules in force, default ones too, with what each finds now",
  answer: z.object({ data: z.array(ruleView) }),
});

export const listTransitions = defineRoute({
  method: "GET",
  path: "/api/alerts/transitions",
  perEnvironment: true,
  summary: "What happened to alerts: newest first, or after `since` oldest first",
  query: z.strictObject({
    since: z.coerce.number().int().min(0).optional().describe("number of the last change that is known"),
    fingerprint: fingerprint.optional(),
    limit,
  }),
  answer: z.object({ data: z.array(transitionView) }),
});

export const acknowledgeAlert = defineRoute({
  method: "POST",
  path: "/api/alerts/{fingerprint}/acknowledge",
  perEnvironment: true,
  summary: "Says that somebody has seen a firing alert: nobody further is told; the first one stays",
  params: z.strictObject({ fingerprint }),
  body: z.strictObject({ note: z.string().trim().max(500).optional() }),
  answer: alertView,
});

export const listSilences = defineRoute({
  method: "GET",
  path: "/api/alerts/silences",
  perEnvironment: true,
  summary: "Silences that are not over, newest first; with `all` also those that are",
  query: z.strictObject({ all: z.stringbool().default(false), limit }),
  answer: z.object({ data: z.array(silenceView) }),
});

export const createSilence = defineRoute({
  method: "POST",
  path: "/api/alerts/silences",
  perEnvironment: true,
  summary: "Nobody is told of alerts whose labels meet all matchers, for a time; they are shown all the same",
  body: z.strictObject({
    matchers: z
      .array(
        z.strictObject({
          label: z.string().min(1).max(64),
          op: z.enum(["is", "is-not", "like"]).default("is").describe("`*` in a `like` stands for any text"),
          value: z.string().max(200),
        }),
      )
      .min(1)
      .max(20),
    for_seconds: z
      .int()
      .min(60)
      .max(30 * 86_400)
      .describe("how long, at most 30 days"),
    reason,
  }),
  answer: silenceView,
});

export const endSilence = defineRoute({
  method: "POST",
  path: "/api/alerts/silences/{silence}/end",
  perEnvironment: true,
  summary: "Ends a silence now",
  params: z.strictObject({ silence: z.string().regex(/^sil_[0-9a-z]{26}$/, "is no id of a silence") }),
  answer: silenceView,
});

export const listDeliveries = defineRoute({
  method: "GET",
  path: "/api/alerts/deliveries",
  perEnvironment: true,
  summary: "Messages to notifiers, newest first: what was sent, what waits and why",
  query: z.strictObject({ notifier: z.string().max(63).optional(), waiting: z.stringbool().default(false), limit }),
  answer: z.object({ data: z.array(deliveryView) }),
});

export const testNotifier = defineRoute({
  method: "POST",
  path: "/api/alerts/test",
  perEnvironment: true,
  summary: "Sends a message that is marked as a test, at once and once, and says what the other side answered",
  body: z.strictObject({ notifier: z.string().min(1).max(63) }),
  answer: z.object({
    notifier: z.string(),
    kind: z.string(),
    is_sent: z.boolean(),
    answer: z.string().nullable().describe("what the other side said, or why it was not sent"),
    took_ms: z.number(),
  }),
});

export const backtestAlerts = defineRoute({
  method: "POST",
  path: "/api/alerts/backtest",
  perEnvironment: true,
  summary: "When rules would have fired in the past, by the stored numbers of calls",
  body: z.strictObject({
    rule: z.string().min(1).max(100).optional().describe("absent is every rule about calls"),
    days: z.int().min(1).max(90).default(30),
    bound: z.number().optional().describe("in place of the rule's own, in the signal's unit; with `rule`"),
  }),
  answer: z.object({
    since: instant,
    until: instant,
    step_seconds: z
      .number()
      .describe("how often it was looked at; older than two days the hours' numbers are all there is"),
    not_known: z.array(z.string()).describe("rules about what is not kept"),
    data: z.array(
      z.object({
        rule: z.string(),
        severity,
        fired: z.int().nonnegative(),
        episodes: z.array(
          z.object({ endpoint: z.string().nullable(), from: instant, until: instant.nullable(), summary: z.string() }),
        ),
      }),
    ),
    is_cut: z
      .boolean()
      .describe("whether there was more than was looked at or is told: over 200 endpoints, or times of one rule"),
  }),
});

/** An instant as Alertmanager writes it; the year 1 stands for none. */
const anyInstant = z.iso.datetime({ offset: true });

export const receiveAlerts = defineRoute({
  method: "POST",
  path: "/api/alerts/in",
  perEnvironment: true,
  summary: "Takes Alertmanager's webhook, version 4: alerts of other systems stand beside our own and join incidents",
  body: z.object({
    version: z.literal("4"),
    status: z.enum(["firing", "resolved"]),
    alerts: z
      .array(
        z.object({
          status: z.enum(["firing", "resolved"]),
          labels: z.record(z.string(), z.string()),
          annotations: z.record(z.string(), z.string()).default({}),
          startsAt: anyInstant,
          endsAt: anyInstant.optional(),
          fingerprint: z.string().max(64).optional(),
        }),
      )
      .max(1_000),
  }),
  answer: z.object({
    taken: z.int().nonnegative(),
    changed: z.int().nonnegative(),
    left_out: z.int().nonnegative().describe("new ones beyond the 2,000 that an environment keeps"),
  }),
});
