import type { Clock } from "../../../ports/clock.ts";
import type { VendorTerms } from "../vendor-terms.ts";
import { vertexHost } from "./vertex-host.ts";

/** Models of one project and location on Google Cloud. */
export interface VertexTerms extends VendorTerms {
  readonly project: string;
  readonly location: string;
  /** The JSON of a service account's key file. */
  readonly credentials: string;
  readonly credentialsEnv: string;
  readonly clock: Clock;
}

/** Where a project finds a maker's models. */
export const vertexAddress = (
  { project, location, baseUrl }: Pick<VertexTerms, "project" | "location" | "baseUrl">,
  maker: "google" | "anthropic",
): string => {
  const base = baseUrl ?? `https://${vertexHost(location)}/v1`;
  return `${base}/projects/${project}/locations/${location}/publishers/${maker}`;
};
