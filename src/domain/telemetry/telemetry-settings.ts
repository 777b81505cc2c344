import type { SemanticVersion } from "../trace/semantic-name.ts";
import { DEFAULT_TRACES } from "../trace/trace-settings.ts";
import type { TraceSettings } from "../trace/trace-settings.ts";

/** Which calls get a line in the log. */
export type LoggedCalls = "all" | "errors" | "none";

/** What a server tells of itself and its calls. */
export interface TelemetrySettings {
  /** `null` where the project names none. */
  readonly semanticConventions: SemanticVersion | null;
  readonly metrics: { readonly isPublic: boolean };
  readonly otlp: {
    /** Without `/v1/…`; `null` leaves it to the variable of OpenTelemetry. */
    readonly endpoint: string | null;
    /** The variable that holds the headers. */
    readonly headersEnv: string;
    readonly metrics: boolean;
    readonly metricsEveryMs: number;
  };
  readonly logs: { readonly calls: LoggedCalls };
  readonly traces: TraceSettings;
}

/** Where OpenTelemetry looks for headers. */
export const OTLP_HEADERS_ENV = "OTEL_EXPORTER_OTLP_HEADERS";

/** Of a server whose project says nothing. */
export const DEFAULT_TELEMETRY: TelemetrySettings = {
  semanticConventions: null,
  metrics: { isPublic: false },
  otlp: { endpoint: null, headersEnv: OTLP_HEADERS_ENV, metrics: true, metricsEveryMs: 60_000 },
  logs: { calls: "errors" },
  traces: DEFAULT_TRACES,
};
