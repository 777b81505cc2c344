import * as z from "zod";
import { parseDurationMs } from "../../kit/duration.ts";
import type { HedgePolicy } from "../../domain/release/fault-policy.ts";
import { DEFAULT_FAULT_POLICY } from "../../domain/release/fault-policy.ts";
import { formatPercent, spellDuration } from "../units.ts";
import { DURATION_PATTERN, Refusal, duration, leaf, number, percent, text } from "./leaf.ts";

const MINUTE = 60_000;
const MAX_TARGETS = 10;
const { retries } = DEFAULT_FAULT_POLICY;

const wait = (fallbackMs: number, description: string) =>
  duration({ max: 10 * MINUTE })
    .optional()
    .meta({ preset: spellDuration(fallbackMs), description });

/** `retries` of an endpoint. */
export const retriesSchema = z
  .strictObject({
    attempts: number({ min: 1, max: 10, integer: true })
      .optional()
      .meta({ preset: retries.attempts, description: "Most attempts at one model in a call, the first included." }),
    budget: percent().optional().meta({
      preset: formatPercent(retries.budget),
      description:
        "Retries that a model may get, as a share of its calls. It keeps an outage from being made worse; a small reserve serves quiet times.",
    }),
    first_wait: wait(retries.firstWaitMs, "The first wait is drawn from zero to this; it doubles with each retry."),
    longest_wait: wait(
      retries.longestWaitMs,
      "Longest wait when nobody else could answer, also when the provider asks for more with `Retry-After`.",
    ),
    wait_before_fallback: wait(
      retries.waitBeforeFallbackMs,
      "Longest wait while another model could answer. A provider that asks for more, or took longer to fail, is left for the next one.",
    ),
  })
  .meta({ description: "When the same model is asked again. A model that did not answer in time never is." });

const chain = (description: string) =>
  z
    .array(text({ what: "provider/model", max: 300 }))
    .max(MAX_TARGETS)
    .optional()
    .meta({ description });

/** `fallbacks` of an endpoint. */
export const fallbacksSchema = z
  .strictObject({
    outage: chain("After an outage (no connection, 5xx, timeout, broken answer). Default: `models` in order."),
    rate_limit: chain("After a 429 that is not worth waiting for. Default: `models` in order."),
    context_overflow: chain(
      "When the request is too long for the model: models with a larger context. Default: none, the error is passed on.",
    ),
    content_policy: chain(
      "When the provider refuses the content. Default: none; a refusal is never routed around unless it is written here.",
    ),
  })
  .meta({
    description: "Who is asked next, by what went wrong, as `provider/model`. An empty list asks nobody.",
  });

const QUANTILE = /^p([5-9]\d)$/;

const hedgeAfter = () =>
  leaf<HedgePolicy>({
    json: { type: "string", pattern: `^p[5-9]\\d$|${DURATION_PATTERN}`, $comment: "duration or quantile" },
    read: (input) => {
      const quantile = typeof input === "string" ? QUANTILE.exec(input)?.[1] : undefined;
      if (quantile !== undefined) return { type: "quantile", quantile: Number(quantile) / 100 };
      const afterMs = typeof input === "string" ? parseDurationMs(input) : null;
      if (afterMs !== null && afterMs >= 10 && afterMs <= 10 * MINUTE) return { type: "delay", afterMs };
      return new Refusal("expected a duration of at least 10ms, or p50 to p99", "write it like 2s or p95");
    },
  });

/** `hedge` of an endpoint. */
export const hedgeSchema = z
  .strictObject({
    after: hedgeAfter().meta({
      description: "A time, or `p95`: the quantile of the model's own times to the first token, once 20 are known.",
    }),
  })
  .meta({
    description:
      "Asks a second model when the first token of a stream is late; the first to begin answers and the other is stopped. Off by default, because both may cost money.",
  });

/** The hold-back of an endpoint that names only one bound. */
export const DEFAULT_HOLD_BACK = { characters: 200, ms: 2_000 } as const;

/** `hold_back` of an endpoint. */
export const holdBackSchema = z
  .strictObject({
    characters: number({ min: 1, max: 1_000_000, integer: true })
      .optional()
      .meta({ preset: DEFAULT_HOLD_BACK.characters, description: "Characters of text held back." }),
    time: duration({ min: 1, max: 10 * MINUTE })
      .optional()
      .meta({ preset: spellDuration(DEFAULT_HOLD_BACK.ms), description: "Longest time they are held back." }),
  })
  .meta({
    description:
      "Holds the beginning of a stream back until one of the two is reached, so that a stream which dies early is answered by another model before the client has seen a byte. Off by default: it delays the first token.",
  });
