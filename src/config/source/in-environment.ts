import { environmentsOf } from "../environments-of.ts";
import { withOverlay } from "./overlay.ts";
import type { YamlFile } from "./yaml-file.ts";

/** What says which releases go out differs from nothing. */
function withoutReleases(overlay: unknown): unknown {
  if (typeof overlay !== "object" || overlay === null || Array.isArray(overlay)) return overlay;
  const { releases: _releases, ...rest } = overlay as Record<string, unknown>;
  return rest;
}

/** rollward.yaml as it reads in one of its environments. */
export function inEnvironment(yaml: YamlFile, environment: string): YamlFile {
  const { value } = yaml;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return yaml;
  const { environments } = value as { readonly environments?: unknown };
  const isDeclared =
    typeof environments === "object" && environments !== null && Object.hasOwn(environments, environment);
  const own = isDeclared ? (environments as Record<string, unknown>)[environment] : undefined;
  const laid = withOverlay(yaml, ["environments", environment], withoutReleases(own));
  // What is written of its own name is looked at as it is.
  if (environmentsOf(value)[0] === environment) return laid;
  return { ...laid, value: { ...(laid.value as object), environment } };
}
