import * as z from "zod";
import { DEFAULT_TRACES } from "../../domain/trace/trace-settings.ts";
import { spellDuration } from "../units.ts";
import { days, duration, number, percent, text } from "./leaf.ts";

const usual = DEFAULT_TRACES;
const HOUR = 3_600_000;
const MOST_PROVIDERS = 100;

const keepSchema = z
  .strictObject({
    errors: z
      .boolean()
      .optional()
      .meta({ preset: usual.sample.errors, description: "Calls that failed, and those with an attempt that did." }),
    slower_than: z
      .union([duration({ min: 1, max: 24 * HOUR }), z.literal(false).meta({ title: "off" })])
      .optional()
      .meta({ preset: spellDuration(usual.sample.slowerThanMs ?? 0), description: "Calls that took this long or longer." }),
    candidates: z
      .boolean()
      .optional()
      .meta({ preset: usual.sample.candidates, description: "Calls of candidates, and the copies of shadow stages." }),
    callers: z
      .boolean()
      .optional()
      .meta({
        preset: usual.sample.parents,
        description: "Calls whose caller records its own trace, by the flag of its `traceparent`.",
      }),
  })
  .meta({ description: "Which traces are kept whatever the share says." });

const acceptSchema = z
  .union([
    z
      .strictObject({
        content: z.boolean().optional().meta({
          preset: usual.accept.content,
          description: "Whether what these spans say of prompts and answers is kept, with secrets and personal data masked.",
        }),
        retain: days("spans of applications are kept beside the calls of their trace")
          .optional()
          .meta({ preset: `${usual.accept.retainDays}d`, description: "How long they are kept." }),
        most_spans: number({ min: 1_000, max: 100_000_000, integer: true })
          .optional()
          .meta({ preset: usual.accept.mostSpans, description: "How many are kept; the oldest make room." }),
      })
      .meta({ title: "terms" }),
    z.literal(false).meta({ title: "off" }),
  ])
  .optional()
  .meta({ description: "Spans that applications send to `/v1/traces`. `false` takes none." });

/** `telemetry.traces`. */
export const tracesSchema = z
  .strictObject({
    export: z.boolean().optional().meta({
      preset: usual.isExported,
      description: "Whether traces are sent to `telemetry.otlp`; without an address nothing is.",
    }),
    sample: percent().optional().meta({
      preset: "10%",
      description:
        "Share of traces that is kept, decided when the call has ended, by the trace's id: every server and every OpenTelemetry sampler of the same share keeps the same ones.",
    }),
    keep: keepSchema.optional(),
    content: z.enum(["none", "candidate", "errors", "all"]).optional().meta({
      preset: usual.content,
      description:
        "Whose prompts and answers leave with traces, with secrets and personal data masked: nobody's, those of candidates and shadow copies, those of failed calls, or all.",
    }),
    propagate: z
      .union([
        z.literal("none"),
        z.array(text({ what: "the name of a provider", max: 63 })).max(MOST_PROVIDERS).meta({ title: "providers" }),
      ])
      .optional()
      .meta({
        preset: "none",
        description:
          "Providers whose requests carry `traceparent`, such as models that you run yourself. A third party would learn which calls belong together, so it is told nothing unless it is named here.",
      }),
    accept: acceptSchema,
  })
  .meta({ description: "Traces: which are kept, what they contain, and who is told of them. See docs/traces.md." });

/** The section as read. */
export type TracesInput = z.output<typeof tracesSchema>;
