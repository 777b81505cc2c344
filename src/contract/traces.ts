import { z } from "zod";
import { instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** A trace id in a path. */
export const traceId = z
  .string()
  .regex(
    /^[0-9a-f]{32}$/,
    "is no id of a trace: those have 32 hex digits in lower case, as in the header x-rollward-trace",
  );

const attributes = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number(), z.boolean()]))]),
);

/** One span in its place in the tree. */
export const spanView = z.object({
  id: z.string().describe("16 hex digits"),
  parent: z.string().nullable().describe("its parent may be unknown here"),
  depth: z.number().int().describe("how deep it stands in the tree; spans come depth first"),
  origin: z.enum(["rollward", "application"]),
  /** Of an application's span. */
  service: z.string().nullable(),
  scope: z.string().nullable().describe("the instrumentation that made it"),
  call: z.string().nullable().describe("the recorded call that it is the span of"),
  name: z.string(),
  kind: z.enum(["internal", "server", "client", "producer", "consumer"]),
  start: instant,
  start_ms: z.number().describe("milliseconds after the first span of the trace"),
  duration_ms: z.number(),
  status: z.enum(["unset", "ok", "error"]),
  message: z.string(),
  attributes,
  events: z.array(z.object({ name: z.string(), at_ms: z.number(), attributes })),
  left_out: z.number().int().describe("attributes and events that were not kept"),
});

export const showTrace = defineRoute({
  method: "GET",
  path: "/api/traces/{trace}",
  perEnvironment: true,
  summary: "One trace as a tree: the spans of its calls and those that applications sent",
  params: z.strictObject({ trace: traceId }),
  answer: z.object({
    id: z.string(),
    calls: z.array(z.string()).describe("its calls, oldest first; at most 100"),
    spans: z.array(spanView),
    is_cut: z.boolean().describe("whether there are more calls or spans than are shown"),
  }),
});
