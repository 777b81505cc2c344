import * as z from "zod";
import { LANGUAGES } from "../../domain/routing/language.ts";
import { formatPercent } from "../units.ts";
import { number, percent, text } from "./leaf.ts";

/** Names of routes: they stand in headers and tables. */
export const ROUTE_NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** What an endpoint that routes and names no more gets. */
export const DEFAULT_ROUTING = {
  sticky: true,
  explore: 0.05,
  judgeLeast: 7,
  criteria: "It answers the question completely and correctly, and follows the instructions.",
} as const;

const route = () => text({ what: "the name of a route", max: 31, pattern: ROUTE_NAME });

const count = () => number({ min: 0, max: 1e9, integer: true });

const bounds = (description: string) =>
  z
    .strictObject({
      least: count().optional().meta({ description: "At least this many." }),
      most: count().optional().meta({ description: "At most this many." }),
    })
    .optional()
    .meta({ description });

const words = (what: string, description: string) =>
  z
    .array(text({ what, max: 200 }))
    .min(1)
    .max(50)
    .optional()
    .meta({ description });

const whenSchema = z
  .strictObject({
    characters: bounds("Characters of all messages of the request; the release's own prompt is not counted."),
    tokens: bounds("The same as tokens, estimated as a quarter of the characters."),
    turns: bounds("Messages of the user."),
    tools: bounds("Tools that the request offers."),
    images: bounds("Images in all messages."),
    language: z
      .array(z.enum([...LANGUAGES, "unknown"]))
      .min(1)
      .max(50)
      .optional()
      .meta({ description: "Language of the last message of the user, as told by its script or its frequent words." }),
    format: z
      .array(z.enum(["text", "json", "json-schema"]))
      .min(1)
      .max(3)
      .optional()
      .meta({ description: "Form that the answer must have." }),
    keys: words("the id of a key", "Ids of API keys."),
    tenants: words("a tenant", "Tenants that the API key may belong to."),
    labels: z
      .record(z.string(), z.array(text({ what: "a text", max: 512 })).min(1).max(50))
      .optional()
      .meta({ description: "Members of the request's `metadata`, for example `plan`, with the values that fit." }),
  })
  .meta({ description: "Conditions, all of which must hold." });

const rulesSchema = z
  .array(
    z.strictObject({
      route: route().meta({ description: "Where the request goes." }),
      when: whenSchema,
    }),
  )
  .min(1)
  .max(100)
  .optional()
  .meta({ description: "For `strategy: rules`. In order; the first rule that fits decides." });

const judgeSchema = z
  .strictObject({
    model: text({ what: "provider/model", max: 300 }).meta({ description: "Who judges, as `provider/model`." }),
    least: number({ min: 0, max: 10 })
      .optional()
      .meta({ preset: DEFAULT_ROUTING.judgeLeast, description: "A mark from 0 to 10; one below it escalates." }),
    criteria: text({ what: "a text", max: 2_000 })
      .optional()
      .meta({ preset: DEFAULT_ROUTING.criteria, description: "What makes a good answer." }),
  })
  .optional()
  .meta({
    description:
      "Asks a model for a mark. It costs a call for each answer that the other verifiers let pass; one that fails or is late has no say.",
  });

const logprob = (description: string) => number({ min: -100, max: 0 }).optional().meta({ description });

const escalateSchema = z
  .strictObject({
    checks: z
      .boolean()
      .optional()
      .meta({ preset: true, description: "Whether a finding of the answer checks escalates." }),
    logprobs: z
      .strictObject({
        mean: logprob("Mean log-probability of the answer's tokens; below it the answer is not trusted."),
        least: logprob("Smallest log-probability of a token; below it the answer is not trusted."),
      })
      .optional()
      .meta({
        description:
          "Asked for where client and provider both speak chat completions; an answer without them passes. The client then sees them too.",
      }),
    judge: judgeSchema,
  })
  .optional()
  .meta({ description: "For `strategy: cascade`. What sends a request on to the next route; free verifiers come first." });

/** `routing` of an endpoint. */
export const routingSchema = z
  .strictObject({
    routes: z.record(z.string(), text({ what: "provider/model", max: 300 })).meta({
      description: "Names for the models of `models`, from the cheapest to the strongest; at least two.",
    }),
    strategy: z.enum(["rules", "classifier", "length", "random", "cascade"]).meta({
      description:
        "How a session's route is chosen: by rules, by a score of complexity, by length alone, by lot, or the cheapest first and a stronger one when its answer is not good enough.",
    }),
    rules: rulesSchema,
    otherwise: route().optional().meta({ description: "For `strategy: rules`: the route when no rule fits." }),
    thresholds: z
      .record(z.string(), number({ min: 0, max: 1e9 }))
      .optional()
      .meta({
        description:
          "For `strategy: classifier` (a score from 0 to 100) and `strategy: length` (characters): from which value on a route is taken. The first route needs none.",
      }),
    shares: z
      .record(z.string(), percent())
      .optional()
      .meta({ description: "For `strategy: random`: the share of sessions of each route; 100% together." }),
    escalate: escalateSchema,
    sticky: z.boolean().optional().meta({
      preset: DEFAULT_ROUTING.sticky,
      description: "Whether a session keeps its route and only ever moves to a stronger one.",
    }),
    explore: percent()
      .optional()
      .meta({
        preset: formatPercent(DEFAULT_ROUTING.explore),
        description:
          "Share of sessions that go to a route drawn by lot, less than 100%. Without them nobody can say whether the routing is better than chance.",
      }),
  })
  .meta({ description: "Spreads sessions over the models of the release. Absent: the first model answers." });

/** The part as read. */
export type RoutingInput = z.output<typeof routingSchema>;
