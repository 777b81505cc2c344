import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadProject } from "../../src/config/load.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { readSpans } from "../../src/domain/trace/sent-spans.ts";
import { MOST_OF_TRACE } from "../../src/ports/span-store.ts";

const DOCS = readFileSync(new URL("../../docs/traces.md", import.meta.url), "utf8");

const blockOf = (language: string): string => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(DOCS)?.[1] ?? "";

test("the project of docs/traces.md loads, and says of traces what the page says", () => {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", blockOf("yaml")]]) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  expect(loaded.project.telemetry).toMatchObject({
    otlp: { endpoint: "http://collector:4318" },
    traces: { sample: { share: 0.1, slowerThanMs: 60_000 }, content: "none", propagateTo: ["house"] },
  });
});

test("a project that tells an unknown provider of traces is told so", () => {
  const text = blockOf("yaml").replace("propagate: [house]", "propagate: [hous]");
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  expect(loaded).toMatchObject({
    ok: false,
    mistakes: [{ message: expect.stringContaining('there is no provider "hous"'), fix: 'did you mean "house"?' }],
  });
});

test("the request of docs/traces.md is a span", () => {
  const { spans, rejected } = readSpans(JSON.parse(blockOf("json")) as JsonObject, false);
  expect(rejected).toBe(0);
  expect(spans).toMatchObject([
    { name: "plan a trip", service: "trips", attributes: { "gen_ai.usage.input_tokens": 12 } },
  ]);
});

test("docs/traces.md says how many spans a request and a trace may have", () => {
  const one = {
    traceId: "5b8efff798038103d269b633813fc60c",
    startTimeUnixNano: "1763750000000000000",
    endTimeUnixNano: "1763750001000000000",
  };
  const spans = Array.from({ length: 3_000 }, (_, index) => ({
    ...one,
    spanId: (index + 1).toString(16).padStart(16, "0"),
  }));
  const { spans: taken } = readSpans({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, false);
  expect(DOCS).toContain(
    `bring ${taken.length.toLocaleString("en")} spans; a trace has ${MOST_OF_TRACE.toLocaleString("en")}`,
  );
});
