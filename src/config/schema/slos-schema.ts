import * as z from "zod";
import { labelsSchema, linkLeaf } from "./alerts-schema.ts";
import { duration, number, percent, text } from "./leaf.ts";
import { money } from "./meters-schema.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Calls below which a window says nothing. */
export const SLO_LEAST_COUNT = 20;

const windowOf = (description: string) =>
  z
    .strictObject({
      budget: percent().meta({ description: "Share of the whole budget that is gone when the long window burns so throughout." }),
      long: duration({ min: 5 * MINUTE_MS, max: 30 * DAY_MS }).meta({ description: "The long window." }),
      short: duration({ min: MINUTE_MS, max: 7 * DAY_MS }).meta({ description: "The short window, which says that it still burns." }),
    })
    .optional()
    .meta({ description, title: "burn window" });

/** One of `slos`. */
export const sloSchema = z
  .strictObject({
    endpoint: text({ what: "an endpoint", max: 63 }).meta({ description: "Whose calls." }),
    description: text({ what: "a text", max: 500 }).optional().meta({ description: "What it promises, for people." }),
    objective: percent()
      .optional()
      .meta({ description: "Share of good calls that is promised, such as `99.5%`. Not with `spend`." }),
    indicator: z.enum(["availability", "latency", "first_token", "quality", "spend"]).meta({
      description:
        "What is good. `availability`: the call did not fail for a reason that is not its own (see `refusals`). `latency`, `first_token`: faster than `below`. `quality`: a judged answer of at least `at_least`. `spend`: the period costs at most `at_most`.",
    }),
    refusals: z.enum(["bad", "ignored"]).optional().meta({
      preset: "bad",
      description: "With `availability`: what a call is that a budget or limit refused which all callers share.",
    }),
    below: duration({ min: 1, max: 600_000 }).optional().meta({ description: "With `latency` and `first_token`." }),
    at_least: number({ min: 0.05, max: 1 }).optional().meta({ description: "With `quality`: a score in steps of 0.05." }),
    at_most: money().optional().meta({ description: "With `spend`: USD in the period." }),
    period: duration({ min: DAY_MS, max: 90 * DAY_MS }).optional().meta({ preset: "30d", description: "What the budget is for, looking back from now." }),
    windows: z
      .strictObject({
        page_quick: windowOf("Critical. Default: 2 % of the budget in 1h, and 5m."),
        page_slow: windowOf("Critical. Default: 5 % in 6h, and 30m."),
        ticket_quick: windowOf("Warning. Default: 10 % in 1d, and 2h."),
        ticket_slow: windowOf("Warning. Default: 10 % in 3d, and 6h."),
      })
      .optional()
      .meta({ description: "Pairs of windows that tell how fast the budget burns; those that are named here take the place of all default ones." }),
    count: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({ preset: SLO_LEAST_COUNT, description: "With fewer calls in the long window nobody is told." }),
    runbook: linkLeaf().optional().meta({ description: "Where it is written what to do." }),
    labels: labelsSchema,
  })
  .meta({ description: "A service level: what users may expect, and the budget of what may go wrong." });

/** A service level as read. */
export type SloInput = z.output<typeof sloSchema>;
