import * as z from "zod";

/** A section whose members are checked together with those they differ from. */
const differences = (description: string) => z.record(z.string(), z.unknown()).optional().meta({ description });

/**
 * What differs in one environment. Its parts are whole only together with the rest of the file, and are checked so
 * (see `inEnvironment`).
 */
const environmentSchema = z.strictObject({
  releases: z.enum(["applied", "promoted"]).optional().meta({
    preset: "applied",
    description:
      "Which releases go out there: those that are applied, or only those that `rollward promote` brings from another environment. Everything else is applied in both.",
  }),
  providers: differences(
    "Providers as they are there: `base_url`, `key_env`, prices. What is not written is as above; one of another `kind` stands for itself.",
  ),
  aliases: differences("Further names of endpoints and models there."),
  tools: differences("How long results of tools are kept there."),
  retrieval: differences("How long retrieved passages are kept there."),
  limits: differences("Bounds, rates, the queue and the sizes of caches there."),
  budgets: differences("What calls may cost there."),
  pauses: differences("Rules that stop calls there."),
  flags: differences("Feature flags there."),
  alerts: differences("Rules of alerts, and who is told, there."),
  slos: differences("Service levels there."),
  notifiers: differences("Ways to tell people there."),
  endpoints: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .optional()
    .meta({
      description:
        "By endpoint its `rollout` and `notify`: by which policy releases go out there, and who is told. They stand for themselves, and are not added to those above. Nothing else of an endpoint can differ: a release goes through every environment with the same digest.",
    }),
});

/** `environments:` of rollward.yaml. */
export const environmentsSchema = z.record(z.string(), environmentSchema.nullable()).meta({
  description:
    "The environments that this project goes through beside `environment`, by name, and what differs there; nothing for one that differs in nothing. `null` in place of a member takes it away.",
});
