import { describe, expect, it } from "vitest";
import { inEnvironment } from "./in-environment.ts";
import { readYaml } from "./yaml-file.ts";

const FILE = readYaml(
  "rollward.yaml",
  `environment: production
providers:
  up: { kind: openai-compatible, base_url: https://a, models: { m: { price: 1 }, n: { price: 2 } } }
  down: { kind: simulated, seed: 1 }
endpoints:
  bot: { models: [up/m], rollout: { strategy: canary, drain: 1m } }
environments:
  staging:
    providers:
      up: { base_url: https://b, models: { n: null } }
      down: { kind: ollama }
    endpoints:
      bot: { rollout: { strategy: instant } }
    releases: promoted
  bare:
`,
);

describe("a file in one of its environments", () => {
  it("merges sections, takes lists and values as they stand there, and what is null away", () => {
    expect(inEnvironment(FILE, "staging").value).toMatchObject({
      environment: "staging",
      providers: {
        up: { kind: "openai-compatible", base_url: "https://b", models: { m: { price: 1 } } },
        down: { kind: "ollama" },
      },
      endpoints: { bot: { models: ["up/m"], rollout: { strategy: "instant" } } },
    });
    const { providers, endpoints } = inEnvironment(FILE, "staging").value as Record<string, Record<string, object>>;
    expect(Object.keys(providers?.["down"] ?? {})).toEqual(["kind"]);
    expect(providers?.["up"]).not.toHaveProperty("models.n");
    expect(endpoints?.["bot"]).not.toHaveProperty("rollout.drain");
  });

  it("is the file itself in its own one, and with another name in one that differs in nothing", () => {
    expect(inEnvironment(FILE, "production").value).toEqual(FILE.value);
    expect(inEnvironment(FILE, "bare").value).toEqual({ ...(FILE.value as object), environment: "bare" });
    const list = readYaml("rollward.yaml", "- 1\n");
    expect(inEnvironment(list, "staging")).toBe(list);
  });

  it("has the places of what differs where it is written, and of the rest above", () => {
    const { valueAt } = inEnvironment(FILE, "staging");
    expect(valueAt(["providers", "up", "base_url"])).toMatchObject({ line: 10, column: 23 });
    expect(valueAt(["providers", "up", "kind"])).toMatchObject({ line: 3 });
    expect(valueAt(["endpoints", "bot", "rollout", "strategy"])).toMatchObject({ line: 13 });
    expect(valueAt(["endpoints", "bot", "models", 0])).toMatchObject({ line: 6 });
  });
});
