import * as z from "zod";
import type { Limits } from "../project.ts";
import { endpointSchema } from "./endpoint-schema.ts";
import { number, size, text } from "./leaf.ts";
import { providerSchema } from "./provider-schema.ts";

const MIB = 1_024 ** 2;

/** Bounds of a server that names none. */
export const DEFAULT_LIMITS: Limits = { bodyBytes: 10 * MIB, answerBytes: 32 * MIB, inFlight: 1_000 };

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
  })
  .meta({ description: "Bounds of the server." });

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
    providers: z.record(z.string(), providerSchema).meta({ description: "Who answers, by a name of your choice." }),
    endpoints: z
      .record(z.string(), endpointSchema)
      .meta({ description: "What applications call: the name is the `model` of their requests." }),
    limits: limitsSchema.optional(),
  })
  .meta({ title: "rollward.yaml", description: "Configuration of Rollward." });

/** rollward.yaml as read. */
export type ConfigInput = z.output<typeof configSchema>;
