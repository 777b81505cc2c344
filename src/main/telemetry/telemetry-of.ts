import { DEFAULT_TELEMETRY } from "../../domain/telemetry/telemetry-settings.ts";
import type { TelemetrySettings } from "../../domain/telemetry/telemetry-settings.ts";
import type { EnvironmentRegistry } from "../environments/environment-registry.ts";

/** The settings that are in force: those of the project of the server's own environment. */
export const telemetryOf = (environments: Pick<EnvironmentRegistry, "of" | "own">): TelemetrySettings =>
  environments.of(environments.own).project.project?.telemetry ?? DEFAULT_TELEMETRY;
