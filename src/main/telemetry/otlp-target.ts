import { baseUrlPlaceFault } from "../../config/base-url.ts";
import { DEFAULT_TELEMETRY } from "../../domain/telemetry/telemetry-settings.ts";
import type { TelemetrySettings } from "../../domain/telemetry/telemetry-settings.ts";
import type { OtlpTarget } from "../../adapters/exporters/otlp-target.ts";

/** What OpenTelemetry calls the kinds of telemetry. */
export type OtlpSignal = "traces" | "logs" | "metrics";

type Variables = Readonly<Record<string, string | undefined>>;

/** Where OpenTelemetry looks for headers. */
const OTLP_HEADERS_ENV = "OTEL_EXPORTER_OTLP_HEADERS";

const DEFAULT_TIMEOUT_MS = 10_000;
const MOST_TIMEOUT_MS = 120_000;

/**
 * Where a signal is sent: to the address of the project, else to that of OpenTelemetry's variables; `null` where neither
 * has one, or where they switch the signal off (`OTEL_SDK_DISABLED`, `OTEL_TRACES_EXPORTER=none`).
 */
export function otlpTarget(
  signal: OtlpSignal,
  { otlp }: Pick<TelemetrySettings, "otlp"> = DEFAULT_TELEMETRY,
  variables: Variables = {},
): OtlpTarget | null {
  const own = (name: string): string | undefined =>
    given(variables[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`]);
  const common = (name: string): string | undefined => given(variables[`OTEL_EXPORTER_OTLP_${name}`]);
  if (variables["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") return null;
  if (variables[`OTEL_${signal.toUpperCase()}_EXPORTER`]?.trim() === "none") return null;
  const base = otlp.endpoint ?? (own("ENDPOINT") === undefined ? common("ENDPOINT") : undefined);
  const url = base === undefined ? own("ENDPOINT") : `${base.replace(/\/$/, "")}/v1/${signal}`;
  if (url === undefined || !URL.canParse(url)) return null;
  const timeoutMs = Number(own("TIMEOUT") ?? common("TIMEOUT") ?? DEFAULT_TIMEOUT_MS);
  const isOfProject = otlp.endpoint !== null;
  if (isOfProject && baseUrlPlaceFault(url, true) !== null) return null;
  const hasOther = own("ENDPOINT") !== undefined || common("ENDPOINT") !== undefined;
  // What the variables' own receiver may know is none of another's business.
  const shared = otlp.headersEnv ?? (isOfProject && hasOther ? null : OTLP_HEADERS_ENV);
  return {
    url,
    headers: {
      ...(shared !== null && headersIn(variables[shared])),
      ...(!isOfProject && headersIn(own("HEADERS"))),
    },
    timeoutMs: timeoutMs > 0 ? Math.min(MOST_TIMEOUT_MS, timeoutMs) : DEFAULT_TIMEOUT_MS,
    isCompressed: (own("COMPRESSION") ?? common("COMPRESSION")) === "gzip",
    isGuarded: isOfProject,
  };
}

const given = (value: string | undefined): string | undefined => (value?.trim() === "" ? undefined : value?.trim());

const MOST_HEADERS = 64;

/** `name=value,name=value` with escapes of URLs, as OpenTelemetry has it; what cannot be read is left out. */
function headersIn(text: string | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of (text ?? "").split(",", MOST_HEADERS)) {
    const equals = pair.indexOf("=");
    const name = pair.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name)) continue;
    const value = unescaped(pair.slice(equals + 1).trim());
    if (/^[\u0020-\u007e]{0,4000}$/.test(value)) headers[name] = value;
  }
  return headers;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
