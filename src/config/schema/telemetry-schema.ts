import * as z from "zod";
import { duration, text } from "./leaf.ts";
import { envNameLeaf } from "./provider-leaf.ts";
import { tracesSchema } from "./traces-schema.ts";

const metricsSchema = z
  .strictObject({
    public: z.boolean().optional().meta({
      preset: false,
      description:
        "Whether anybody who reaches the server may read `/metrics`. Without it a key with the scope `admin` may; and nobody needs one who asks from the same machine, without a proxy's headers, a server that listens on that machine alone (127.0.0.1 or ::1).",
    }),
    require_key: z.boolean().optional().meta({
      preset: false,
      description:
        "Whether whoever asks from the same machine needs a key with the scope `admin` as well: for a proxy there that says nothing of for whom it asks.",
    }),
  })
  .meta({ description: "What Prometheus reads." });

const otlpSchema = z
  .strictObject({
    endpoint: text({
      what: "an address such as http://collector:4318",
      max: 500,
      pattern: /^https?:\/\/[^\s@?#]+$/,
      fix: "write the address that `/v1/metrics` and `/v1/traces` come after, without user, query or fragment",
    })
      .optional()
      .meta({
        description:
          "Where metrics and traces are sent, as OTLP over HTTP; `/v1/metrics` and `/v1/traces` come after it. Default: the variable OTEL_EXPORTER_OTLP_ENDPOINT; without either nothing is sent.",
      }),
    headers_env: envNameLeaf()
      .optional()
      .meta({
        preset: "OTEL_EXPORTER_OTLP_HEADERS",
        description:
          "The variable that holds the headers of these requests, as `name=value,name=value`. Beside an `endpoint` of the project OpenTelemetry's own is only taken where its variables name no other receiver.",
      }),
    metrics: z.boolean().optional().meta({ preset: true, description: "Whether metrics are sent there." }),
    metrics_every: duration({ min: 1_000, max: 3_600_000 })
      .optional()
      .meta({ preset: "1m", description: "How often metrics are sent. OTEL_METRIC_EXPORT_INTERVAL (ms) goes before it." }),
  })
  .meta({ description: "Where telemetry is sent." });

const logsSchema = z
  .strictObject({
    calls: z.enum(["all", "errors", "none"]).optional().meta({
      preset: "errors",
      description: "Which calls get a line in the log when they end.",
    }),
  })
  .meta({ description: "What the log says." });

/** `telemetry` of rollward.yaml. That of the server's own environment holds for the whole server. */
export const telemetrySchema = z
  .strictObject({
    semantic_conventions: z.enum(["latest", "1.41", "next"]).optional().meta({
      preset: "latest",
      description:
        "Which state of OpenTelemetry's GenAI names is used: `1.41` holds on to older names, `next` also has what is proposed.",
    }),
    metrics: metricsSchema.optional(),
    otlp: otlpSchema.optional(),
    logs: logsSchema.optional(),
    traces: tracesSchema.optional(),
  })
  .meta({ description: "What the server tells of itself and its calls, and to whom." });

/** The section as read. */
export type TelemetryInput = z.output<typeof telemetrySchema>;
