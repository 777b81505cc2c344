import { z } from "zod";
import { environmentName } from "./environment-query.ts";
import { defineRoute } from "./route.ts";

/** One difference between two environments. */
export const parityDifference = z.object({
  weight: z
    .enum(["behaviour", "capacity", "expected"])
    .describe("users would get something else; only how much is carried differs; what environments are there for"),
  path: z.string().describe("what it is about, as in rollward.yaml where it is from there"),
  from: z.string().nullable(),
  to: z.string().nullable(),
  why: z.string(),
});

export const listEnvironments = defineRoute({
  method: "GET",
  path: "/api/environments",
  summary: "The environments that this server serves, its own first",
  answer: z.object({
    data: z.array(
      z.object({
        environment: z.string(),
        own: z.boolean().describe("whether it is the server's own: that of keys which name none"),
        endpoints: z.array(z.string()),
        applied_at: z.string().nullable(),
      }),
    ),
  }),
});

export const showParity = defineRoute({
  method: "GET",
  path: "/api/parity",
  summary: "What differs between two environments, and how much each difference matters",
  query: z.strictObject({ from: environmentName, to: environmentName }),
  answer: z.object({
    from: z.string(),
    to: z.string(),
    same_behaviour: z.boolean().describe("whether nothing differs that would change what users get"),
    differences: z.array(parityDifference),
  }),
});
