/** Locations of several regions. Their hosts keep data within them and are named in another way. */
const MULTI_REGIONS: ReadonlySet<string> = new Set(["us", "eu"]);

/** The host of Vertex AI in a location; `global` has none of its own. */
export function vertexHost(location: string): string {
  if (location === "global") return "aiplatform.googleapis.com";
  return MULTI_REGIONS.has(location)
    ? `aiplatform.${location}.rep.googleapis.com`
    : `${location}-aiplatform.googleapis.com`;
}
