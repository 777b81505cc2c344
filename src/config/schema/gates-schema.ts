import * as z from "zod";
import { baseUrlLeaf, envNameLeaf } from "./provider-leaf.ts";
import { duration, number, percent, text, usd } from "./leaf.ts";
import { windowsShape } from "./window-schema.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 366 * DAY;

/** What runs and says nothing about its time has so long. */
export const RUN_TIMEOUT_MS = 30 * MINUTE;
/** How often a web server is asked that says it still runs. */
export const HTTP_EVERY_MS = 10 * SECOND;

/** Names of gates, of roles and of who is told. */
export const PLAIN_NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const name = (what: string) =>
  text({ what, max: 63, pattern: PLAIN_NAME, fix: "use lower-case letters, digits, dots, hyphens and underscores" });

const terms = (timeout: string | undefined) => ({
  at: z.enum(["before_start", "before_step", "before_promotion", "after_switch"]).meta({
    description:
      "When it must be clear: before the first session, before a step, before the stable pointer moves, or after it has moved.",
  }),
  step: percent()
    .optional()
    .meta({ description: "With `at: before_step`: the weight of the step. Default: every step after the first." }),
  on_failure: z.enum(["hold", "abort"]).optional().meta({
    preset: "hold",
    description: "What a failure does: keep everything as it is and wait for a person, or take the candidate back.",
  }),
  timeout: duration({ min: SECOND, max: YEAR })
    .optional()
    .meta({
      ...(timeout !== undefined && { preset: timeout }),
      description: "How long it may take from being asked; then it counts as failed.",
    }),
});

/** Names of programs of the operator's directory. */
export const PROGRAM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

const command = z
  .strictObject({
    kind: z.literal("command").meta({
      description:
        "Runs a program of the directory that the server was started with (`--allow-commands`). Exit code 0 passes.",
    }),
    ...terms("30m"),
    program: text({ what: "the name of a program", max: 100, pattern: PROGRAM, fix: "write its file name without a path" }).meta({
      description: "File name in that directory.",
    }),
    args: z
      .array(text({ what: "an argument", max: 1_000 }))
      .max(50)
      .optional()
      .meta({ preset: [], description: "Given to it as they are; there is no shell." }),
  })
  .meta({ title: "command" });

const http = z
  .strictObject({
    kind: z.literal("http").meta({
      description: "Asks a web server with a signed POST until it answers `{passed: true}` or `{passed: false}`.",
    }),
    ...terms("30m"),
    url: baseUrlLeaf().meta({ description: "Its address." }),
    secret_env: envNameLeaf().meta({
      description: "Environment variable with the secret that signs the question (Standard Webhooks).",
    }),
    every: duration({ min: SECOND, max: HOUR })
      .optional()
      .meta({ preset: "10s", description: "How often it is asked again while it answers `{passed: null}`." }),
    allow_private: z
      .boolean()
      .optional()
      .meta({ preset: false, description: "Whether the address may be a private one." }),
  })
  .meta({ title: "http" });

const backtest = z
  .strictObject({
    kind: z.literal("backtest").meta({ description: "Replays recorded sessions against the candidate." }),
    ...terms("30m"),
    calls: duration({ min: MINUTE, max: 90 * DAY })
      .optional()
      .meta({ preset: "7d", description: "Sessions that began within this time." }),
    sample: number({ min: 1, max: 5_000, integer: true }).optional().meta({ preset: 200, description: "Sessions." }),
    budget_usd: usd().optional().meta({ description: "Most that it may cost. Default: what it can cost at most." }),
    needs_proof: z.boolean().optional().meta({
      preset: false,
      description: "Whether an inconclusive comparison fails. One that shows harm always does.",
    }),
  })
  .meta({ title: "backtest" });

const evidence = z
  .strictObject({
    kind: z.literal("evidence").meta({ description: "Waits until metrics of the plan are proven no worse." }),
    ...terms(undefined),
    metrics: z
      .array(text({ what: "a metric", max: 100 }))
      .min(1)
      .max(50)
      .meta({ description: "Which metrics." }),
  })
  .meta({ title: "evidence" });

const approval = z
  .strictObject({
    kind: z.literal("approval").meta({ description: "Waits for people. Asked when every other gate is clear." }),
    ...terms(undefined),
    roles: z
      .array(name("a role"))
      .max(20)
      .optional()
      .meta({ preset: [], description: "An approver's key has one of these roles. Default: any admin key." }),
    count: number({ min: 1, max: 20, integer: true })
      .optional()
      .meta({ preset: 1, description: "How many different keys must agree." }),
    four_eyes: z.boolean().optional().meta({
      preset: true,
      description: "Whether the author of the release and who opened the rollout may not approve it.",
    }),
  })
  .meta({ title: "approval" });

const soak = z
  .strictObject({
    kind: z.literal("soak").meta({ description: "Waits for a least observed time on the step, or since the switch." }),
    ...terms(undefined),
    for: duration({ min: SECOND, max: YEAR }).meta({ description: "How long." }),
  })
  .meta({ title: "soak" });

const schedule = z
  .strictObject({
    kind: z.literal("schedule").meta({ description: "Open within its windows only." }),
    ...terms(undefined),
    ...windowsShape,
  })
  .meta({ title: "schedule" });

const dependsOn = z
  .strictObject({
    kind: z.literal("depends_on").meta({ description: "Waits for another endpoint of the same environment." }),
    ...terms(undefined),
    endpoint: text({ what: "an endpoint", max: 63 }).meta({ description: "Which one." }),
    release: number({ min: 1, max: 1e9, integer: true })
      .optional()
      .meta({
        description:
          "Number of the release that must be stable there, or a later one. Default: its newest rollout must be promoted.",
      }),
  })
  .meta({ title: "depends_on" });

const manual = z
  .strictObject({
    kind: z
      .literal("manual")
      .meta({ description: "Waits until somebody says that it passed: `rollward rollout gate pass`." }),
    ...terms(undefined),
  })
  .meta({ title: "manual" });

const gateSchema = z.discriminatedUnion("kind", [
  command,
  http,
  backtest,
  evidence,
  approval,
  soak,
  schedule,
  dependsOn,
  manual,
]);

/** A gate as read. */
export type GateInput = z.output<typeof gateSchema>;

const times = (what: string) =>
  number({ min: 1, max: 1_000, above: true }).optional().meta({ description: `Fires when ${what} of the candidate is above so many times that of stable.` });

const triggerSchema = z
  .strictObject({
    errors_above: percent()
      .optional()
      .meta({ description: "Fires when more than this share of the candidate's sessions failed." }),
    errors_times: times("the share of failed sessions"),
    latency_above: duration({ min: 1, max: HOUR })
      .optional()
      .meta({ description: "Fires when the candidate's mean latency is above this." }),
    latency_times: times("the mean latency"),
    cost_above_usd: usd().optional().meta({ description: "Fires when a session of the candidate costs more on average." }),
    cost_times: times("the mean cost of a session"),
    within: duration({ min: 10 * SECOND, max: DAY })
      .optional()
      .meta({ preset: "10m", description: "Sessions of so long are looked at." }),
    sessions: number({ min: 1, max: 10_000, integer: true })
      .optional()
      .meta({ preset: 50, description: "Fewer sessions of an arm say nothing." }),
    action: z.enum(["hold", "rollback"]).optional().meta({ preset: "hold", description: "What it does when it fires." }),
  })
  .meta({ title: "trigger" });

/** A trigger as read. */
export type TriggerInput = z.output<typeof triggerSchema>;

/** Keys of `rollout` about gates, triggers and faults of providers. */
export const gatesShape = {
  gates: z
    .record(z.string(), gateSchema)
    .optional()
    .meta({ description: "What must be clear before the rollout goes on, by a name of your choice. docs/gates.md has an example of each." }),
  triggers: z
    .array(triggerSchema)
    .max(20)
    .optional()
    .meta({
      description:
        "Thresholds as other tools have them, beside the evidence. They alarm for nothing now and then: docs/gates.md says how often.",
    }),
  provider_fault: z.enum(["count", "hold", "roll_back"]).optional().meta({
    preset: "hold",
    description:
      "What harm by failures of a provider (429, 5xx, no answer) does where candidate and stable ask different ones: count as the candidate's own, hold until the provider is back, or roll back.",
  }),
};
