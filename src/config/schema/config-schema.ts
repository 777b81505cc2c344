import * as z from "zod";
import type { Limits } from "../project.ts";
import { alertsSchema } from "./alerts-schema.ts";
import { incidentsSchema, reportSchema, statusPageSchema } from "./seeing-schema.ts";
import { environmentsSchema } from "./environments-schema.ts";
import { endpointSchema } from "./endpoint-schema.ts";
import { flagOriginsSchema, flagsSchema, segmentsSchema } from "./flags-schema.ts";
import { days, number, size, text } from "./leaf.ts";
import { budgetSchema, evaluationRate, feedbackRate, queueSchema, rateLimitSchema } from "./meters-schema.ts";
import { notifierSchema } from "./notifiers-schema.ts";
import { pauseRuleSchema } from "./pauses-schema.ts";
import { providerSchema } from "./provider-schema.ts";
import { freezeSchema } from "./window-schema.ts";
import { sloSchema } from "./slos-schema.ts";
import { DEFAULT_SHED_AT, shedSchema } from "./shed-schema.ts";
import { retrievalSchema, toolResultsSchema } from "./results-schema.ts";
import { telemetrySchema } from "./telemetry-schema.ts";

const MIB = 1_024 ** 2;

const MOST_FLAG_FILES = 50;
const MOST_SLO_FILES = 50;

/** Bounds of a server that names none. */
export const DEFAULT_LIMITS: Limits = { bodyBytes: 10 * MIB, answerBytes: 32 * MIB, inFlight: 1_000, connectionsPerAddress: 1_000, cacheBytes: 64 * MIB, resultBytes: 32 * MIB, learned: true, shedAt: DEFAULT_SHED_AT };

/** Days for which the facts of calls are kept unless the project says otherwise. */
export const DEFAULT_RETAIN_FACTS_DAYS = 90;

/** The environment of a project that names none. */
export const DEFAULT_ENVIRONMENT = "production";

/** Names of environments, providers and endpoints: they stand in URLs, headers and commands. */
export const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;

const limitsSchema = z
  .strictObject({
    body_bytes: size({ min: 1_024, max: 512 * MIB })
      .optional()
      .meta({ preset: "10MiB", description: "Largest request body." }),
    answer_bytes: size({ min: 1_024, max: 1_024 * MIB })
      .optional()
      .meta({ preset: "32MiB", description: "Largest answer of a provider." }),
    in_flight: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({ preset: DEFAULT_LIMITS.inFlight, description: "Calls under way at the same time; more are refused." }),
    connections_per_address: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({
        preset: DEFAULT_LIMITS.connectionsPerAddress,
        description:
          "Most connections from one address at the same time, so that no client alone takes all 10,000 places; of IPv6 the first 64 bits count. Idle ones are closed first. The default is that of `in_flight`, so that one proxy before the server can bring all calls there may be; lower it to a few hundred where clients connect directly.",
      }),
    cache_bytes: size({ min: 0, max: 64 * 1_024 * MIB })
      .optional()
      .meta({
        preset: "64MiB",
        description:
          "Most that kept answers take in the memory of this process; the least recently used make room. With Valkey or Redis its own `maxmemory` holds.",
      }),
    result_bytes: size({ min: 0, max: 64 * 1_024 * MIB })
      .optional()
      .meta({ preset: "32MiB", description: "The same for results of tools and retrieved passages." }),
    rates: z
      .record(z.string(), rateLimitSchema)
      .optional()
      .meta({ description: "How many calls and tokens are let in, by a name of your choice; all that apply must agree." }),
    queue: queueSchema.optional(),
    evaluations: evaluationRate(),
    feedback: feedbackRate(),
    learned: z.boolean().optional().meta({
      preset: true,
      description:
        "Learns the limits of providers from their answers: a key of which is known that it has nothing left is passed over until it has, instead of being asked for a 429.",
    }),
    shed_at: shedSchema,
  })
  .meta({ description: "Bounds of the server, and of who may call how often." });

/** rollward.yaml. */
export const configSchema = z
  .strictObject({
    environment: text({
      what: "a name of lower-case letters, digits, dots, hyphens and underscores",
      max: 63,
      pattern: NAME,
    })
      .optional()
      .meta({
        preset: DEFAULT_ENVIRONMENT,
        description:
          "`development`, `staging`, `production`, or a name of your own. One endpoint in one environment is a channel.",
      }),
    environments: environmentsSchema.optional(),
    providers: z.record(z.string(), providerSchema).meta({ description: "Who answers, by a name of your choice." }),
    catalogue: text({ what: "the path of a catalogue", max: 500 })
      .optional()
      .meta({
        description:
          "File with the catalogue of models that prices are taken from when `price` is left out, as `rollward catalogue update` writes it. Default: the one that comes with Rollward.",
      }),
    endpoints: z
      .record(z.string(), endpointSchema)
      .meta({ description: "What applications call: the name is the `model` of their requests." }),
    aliases: z
      .record(z.string(), text({ what: "an endpoint or provider/model", max: 300 }))
      .optional()
      .meta({
        description:
          "Names that applications have in their code already, such as `gpt-5.4`, and what they stand for here: an endpoint, or `provider/model` for keys with the scope `direct`.",
      }),
    tools: z
      .record(z.string(), toolResultsSchema)
      .optional()
      .meta({ description: "Whose results are kept, by the name of the tool. Every other tool's are not." }),
    retrieval: z
      .record(z.string(), retrievalSchema)
      .optional()
      .meta({ description: "Whose passages are kept, by a name of your choice." }),
    limits: limitsSchema.optional(),
    budgets: z
      .record(z.string(), budgetSchema)
      .optional()
      .meta({ description: "What calls may cost, by a name of your choice; all that apply must have room." }),
    pauses: z
      .record(z.string(), pauseRuleSchema)
      .optional()
      .meta({ description: "Rules that stop calls by themselves, by a name of your choice." }),
    alerts: alertsSchema.optional(),
    incidents: incidentsSchema.optional(),
    status_page: statusPageSchema.optional(),
    reports: z
      .record(z.string(), reportSchema)
      .optional()
      .meta({ description: "Who gets weekly and monthly reports, by a name of your choice." }),
    slos: z
      .record(z.string(), sloSchema)
      .optional()
      .meta({ description: "Service levels by a name of your choice; how fast their budgets burn is watched." }),
    slo_files: z
      .array(text({ what: "the path of a file", max: 500 }))
      .min(1)
      .max(MOST_SLO_FILES)
      .optional()
      .meta({ description: "Files in OpenSLO v1 with more service levels, relative to this one; docs/slos.md says what is read of them." }),
    notifiers: z
      .record(z.string(), notifierSchema)
      .optional()
      .meta({ description: "Ways to tell people, by a name of your choice." }),
    flags: flagsSchema,
    segments: segmentsSchema,
    flag_origins: flagOriginsSchema,
    flag_files: z
      .array(text({ what: "the path of a file", max: 500 }))
      .min(1)
      .max(MOST_FLAG_FILES)
      .optional()
      .meta({ description: "Files with more `flags` and `segments`, relative to this one." }),
    freezes: z
      .record(z.string(), freezeSchema)
      .optional()
      .meta({ description: "Times in which nothing is released, by a name of your choice." }),
    telemetry: telemetrySchema.optional(),
    retain_facts: days("a call's facts are kept at least as long as its bytes")
      .optional()
      .meta({
        preset: `${DEFAULT_RETAIN_FACTS_DAYS}d`,
        description:
          "How long recorded calls are kept. After these days their facts are deleted too, a whole day at once; `retain_bodies` of an endpoint says how long their bytes are kept.",
      }),
  })
  .meta({ title: "rollward.yaml", description: "Configuration of Rollward." });

/** rollward.yaml as read. */
export type ConfigInput = z.output<typeof configSchema>;
