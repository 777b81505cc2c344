import { expect, test } from "vitest";
import { vertexHost } from "./vertex-host.ts";

test.each([
  ["global", "aiplatform.googleapis.com"],
  ["us", "aiplatform.us.rep.googleapis.com"],
  ["eu", "aiplatform.eu.rep.googleapis.com"],
  ["europe-west1", "europe-west1-aiplatform.googleapis.com"],
])("the host of %s is %s", (location, host) => {
  expect(vertexHost(location)).toBe(host);
});
