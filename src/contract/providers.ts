import { z } from "zod";
import { instant } from "./fields.ts";
import { learnedLimitView } from "./meters.ts";
import { defineRoute } from "./route.ts";

const count = z.number().int();

/** How one model of a provider goes, as the server that is asked sees it. */
export const providerModelView = z.object({
  model: z.string(),
  breaker: z
    .enum(["closed", "open", "half-open", "off"])
    .describe(
      "open: it keeps failing and is asked only now and then; half-open: it is being tried; off: it never opens",
    ),
  due: z
    .boolean()
    .describe("the breaker is open, its pause is over, and nobody has called since: the next call tries it"),
  since: instant.nullable().describe("since when the breaker is open; null while it is closed"),
  last_error: z
    .object({ code: z.string(), at: instant })
    .nullable()
    .describe("the last failure of an attempt since the server started; docs/errors.md explains the code"),
  in_flight: count.describe("attempts under way"),
  open_elsewhere: count.describe("other servers whose breaker is not closed"),
});

/** One key of a provider, by its number; never the key itself. */
export const providerKeyView = z.object({
  key: count.describe("from 0, in the order of `key_env`"),
  variable: z.string().nullable().describe("the environment variable that holds it; null where there is none"),
  rests: z
    .array(
      z.object({
        model: z.string(),
        ms: z.number().describe("for how much longer"),
        why: z.enum(["rate-limit", "credentials"]).describe("it was answered 429; or 401, 402 or 403"),
      }),
    )
    .describe("models for which it is left alone; empty while it is in use"),
});

/** One configured provider. */
export const providerView = z.object({
  provider: z.string(),
  kind: z.string(),
  models: z.array(providerModelView),
  keys: z.array(providerKeyView),
  limits: z.array(learnedLimitView).describe("learnt from its answers"),
});

export const listProviders = defineRoute({
  method: "GET",
  path: "/api/providers",
  perEnvironment: true,
  summary: "Configured providers, with the breakers, keys and learned limits of the server that is asked",
  answer: z.object({
    data: z.array(providerView),
    server: z.string().describe("the server whose view this is; it forgets when it starts anew"),
    others: z
      .array(
        z.object({
          server: z.string(),
          at: instant.describe("when it looked; every 15 s"),
          open: z.array(z.string()).describe("`provider/model` whose breaker was not closed there"),
        }),
      )
      .describe("what the other servers said of themselves in the last 45 s; empty too while the database is away"),
  }),
});
