import { createExportThread } from "../../adapters/exporters/export-thread.ts";
import { createOtlpExporter } from "../../adapters/exporters/otlp-exporter.ts";
import type { Clock } from "../../ports/clock.ts";
import type { TraceExporter } from "../../ports/trace-exporter.ts";
import type { EnvironmentRegistry } from "../environments/environment-registry.ts";
import { traceTerms } from "./trace-terms.ts";

/** What traces are opened with. */
export interface TraceParts {
  readonly clock: Clock;
  readonly replicaId: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly environments: () => EnvironmentRegistry;
}

/** Sends the traces of all environments, as the project of the server's own one says. */
export function openTraces({ environments, ...parts }: TraceParts): TraceExporter {
  const projects = () =>
    environments()
      .environments()
      .map(({ project }) => project.project);
  const thread = createExportThread(parts.variables);
  return createOtlpExporter({ ...parts, thread, random: Math.random, terms: traceTerms({ ...parts, projects }) });
}
