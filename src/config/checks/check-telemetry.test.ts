import { expect, test } from "vitest";
import { loadProject } from "../load.ts";
import type { Mistake, Project } from "../project.ts";

const HEAD = `providers:
  sim: { kind: simulated, models: { m-2026-01-01: { price: { input: 1, output: 1 } } } }
endpoints:
  bot: { models: [sim/m-2026-01-01] }
telemetry:
`;

function load(text: string): {
  readonly project: Project | null;
  readonly mistakes: readonly Pick<Mistake, "line" | "message">[];
} {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", HEAD + text]]) });
  return loaded.ok
    ? { project: loaded.project, mistakes: [] }
    : { project: null, mistakes: loaded.mistakes.map(({ line, message }) => ({ line, message })) };
}

test.each(["http://169.254.169.254", "http://[fe80::1]:4318", "http://metadata.google.internal/x"])(
  "telemetry is sent to no address of a cloud's metadata: %s",
  (endpoint) => {
    expect(load(`  otlp: { endpoint: "${endpoint}" }\n`).mistakes).toEqual([
      { line: 6, message: "telemetry.otlp.endpoint: the URL points at a link-local or metadata address" },
    ]);
  },
);

test.each(["http://collector:4318", "http://10.1.2.3:4318", "http://127.0.0.1:4318/base"])(
  "telemetry may stay in a network of one's own: %s",
  (endpoint) => {
    expect(load(`  otlp: { endpoint: "${endpoint}" }\n`).project?.telemetry?.otlp).toMatchObject({
      endpoint,
      headersEnv: null,
    });
  },
);

test("metrics are for everybody, for keys, or for this machine, and not for two of them", () => {
  const readers = (text: string) => load(text).project?.telemetry?.metrics.readers;
  expect(readers("  metrics: { public: true }\n")).toBe("everybody");
  expect(readers("  metrics: { require_key: true }\n")).toBe("keys");
  expect(readers("  metrics: { require_key: false }\n")).toBe("this machine");
  expect(load("  metrics: { public: true, require_key: true }\n").mistakes).toEqual([
    { line: 6, message: "telemetry.metrics.require_key: metrics that anybody may read need no key" },
  ]);
});
