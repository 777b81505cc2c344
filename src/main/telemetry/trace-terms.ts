import type { ExportTerms } from "../../adapters/exporters/otlp-exporter.ts";
import { VERSION } from "../../contract/version.ts";
import type { Project } from "../../config/project.ts";
import { DEFAULT_TELEMETRY } from "../../domain/telemetry/telemetry-settings.ts";
import { namesIn, semanticVersion } from "../../domain/trace/semantic-names.ts";
import type { Clock } from "../../ports/clock.ts";
import { otlpTarget } from "./otlp-target.ts";
import { providerIdentity } from "./provider-identity.ts";

/** What the terms are read from. */
export interface TraceTermsSource {
  readonly clock: Clock;
  readonly replicaId: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Of every environment, the server's own first; `null` where none is in force. */
  readonly projects: () => readonly (Project | null)[];
}

/** How long terms hold before they are looked at again, ms. */
const FRESH_MS = 2_000;

/** How traces are sent, by the project of the server's own environment. Asked for every call, so it is remembered. */
export function traceTerms(source: TraceTermsSource): () => ExportTerms | null {
  const { clock, projects } = source;
  let lookAt = Number.NEGATIVE_INFINITY;
  let seen: readonly (Project | null)[] = [];
  let terms: ExportTerms | null = null;
  return () => {
    const now = clock.elapsed();
    if (now < lookAt) return terms;
    lookAt = now + FRESH_MS;
    const found = projects();
    if (found.length !== seen.length || found.some((project, index) => project !== seen[index])) {
      seen = found;
      terms = termsOf(found, source);
    }
    return terms;
  };
}

function termsOf(
  projects: readonly (Project | null)[],
  { variables, replicaId }: TraceTermsSource,
): ExportTerms | null {
  const [own] = projects;
  if (own == null) return null;
  const telemetry = own.telemetry ?? DEFAULT_TELEMETRY;
  const { traces: settings, semanticConventions } = telemetry;
  const [traces, logs] = [otlpTarget("traces", telemetry, variables), otlpTarget("logs", telemetry, variables)];
  if (!settings.isExported || (traces === null && logs === null)) return null;
  const version = semanticVersion(semanticConventions ?? undefined, variables["OTEL_SEMCONV_STABILITY_OPT_IN"]);
  const names = namesIn(version);
  const providers = projects.toReversed().flatMap((project) => [...(project?.providers.values() ?? [])]);
  return {
    settings,
    order: {
      traces,
      logs,
      version,
      resource: {
        [names.serviceName]: "rollward",
        [names.serviceVersion]: VERSION,
        [names.serviceInstance]: replicaId,
        [names.deploymentEnvironment]: own.environment,
      },
      scope: { name: "rollward", version: VERSION },
      // The own environment's come last: of two with one name they win.
      identities: new Map(providers.map((provider) => [provider.name, providerIdentity(provider)])),
    },
  };
}
