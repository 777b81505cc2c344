import { expect, test } from "vitest";
import type { ProviderSettings } from "../../config/project.ts";
import { providerIdentity } from "./provider-identity.ts";

test.each([
  ["global", "aiplatform.googleapis.com"],
  ["europe-west4", "europe-west4-aiplatform.googleapis.com"],
])("Vertex in %s is known by the host that is asked", (location, host) => {
  const settings = { kind: "vertex", location, baseUrl: null } as unknown as ProviderSettings;
  expect(providerIdentity(settings)).toEqual({ kind: "vertex", host, port: 443 });
});
