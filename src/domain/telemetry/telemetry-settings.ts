import type { SemanticVersion } from "../trace/semantic-name.ts";
import { DEFAULT_TRACES } from "../trace/trace-settings.ts";
import type { TraceSettings } from "../trace/trace-settings.ts";

/** Which calls get a line in the log. */
export type LoggedCalls = "all" | "errors" | "none";

/** What a server tells of itself and its calls. */
export interface TelemetrySettings {
  /** `null` where the project names none. */
  readonly semanticConventions: SemanticVersion | null;
  /** Who may read `/metrics`: all, only who has a key with the scope admin, or without one also who is on the server's machine. */
  readonly metrics: { readonly readers: "everybody" | "keys" | "this machine" };
  readonly otlp: {
    /** Without `/v1/…`; `null` leaves it to the variable of OpenTelemetry. */
    readonly endpoint: string | null;
    /** The variable that holds the headers; `null` leaves it to OpenTelemetry's. */
    readonly headersEnv: string | null;
    readonly metrics: boolean;
    readonly metricsEveryMs: number;
  };
  readonly logs: { readonly calls: LoggedCalls };
  readonly traces: TraceSettings;
}

/** Of a server whose project says nothing. */
export const DEFAULT_TELEMETRY: TelemetrySettings = {
  semanticConventions: null,
  metrics: { readers: "this machine" },
  otlp: { endpoint: null, headersEnv: null, metrics: true, metricsEveryMs: 60_000 },
  logs: { calls: "errors" },
  traces: DEFAULT_TRACES,
};
