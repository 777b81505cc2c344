import { describe, expect, it } from "vitest";
import { diffReleases, formatDiff } from "../domain/release/diff.ts";
import type { ReleaseContent } from "../domain/release/release.ts";
import { loadProject } from "./load.ts";
import { writtenPolicies } from "./written-policies.ts";

const RICH = `
    record: exact
    timeouts: { total: 1m, answer: 20s }
    retries: { attempts: 3, budget: 20% }
    fallbacks: { outage: [sim/m-2] }
    hedge: { after: p95 }
    hold_back: { time: 300ms }
    checks: { refusal_text: record }
    context: { overflow: larger_model, window: 8000, keep_last: 2, larger: [{ model: sim/m-2, window: 9000 }] }
    cache: { ttl: 1h, shared: tenant, semantic: { judge: sim/m-1, wrong_at_most: 5%, within: 20ms } }`;
const ROUTED = `
    routing: { routes: { small: sim/m-1, large: sim/m-2 }, strategy: cascade, escalate: { judge: { model: sim/m-2 } } }`;

function contentOf(terms: string): ReleaseContent {
  const text = `providers:
  sim: { kind: simulated, models: { m-1: { price: { input: 0, output: 0 } }, m-2: { price: { input: 0, output: 0 } } } }
endpoints:
  bot:
    models: [sim/m-1, sim/m-2]${terms}
`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return loaded.project.endpoints.get("bot")?.content ?? expect.unreachable("The endpoint is declared.");
}

const told = (before: string, after: string): readonly string[] =>
  formatDiff(diffReleases(contentOf(before), contentOf(after), writtenPolicies)).split("\n");

describe("the policies of a release in the words of rollward.yaml", () => {
  it.each([
    ["total: 1m", "total: 2m", '~ timeouts.total: "1m" → "2m"'],
    ["answer: 20s", "answer: 30s", '~ timeouts.answer: "20s" → "30s"'],
    ["attempts: 3", "attempts: 4", "~ retries.attempts: 3 → 4"],
    ["budget: 20%", "budget: 25%", '~ retries.budget: "20%" → "25%"'],
    ["outage: [sim/m-2]", "outage: [sim/m-2, sim/m-1]", '~ fallbacks.outage: ["sim/m-2"] → ["sim/m-2","sim/m-1"]'],
    ["after: p95", "after: 2s", '~ hedge.after: "p95" → "2s"'],
    ["time: 300ms", "time: 400ms", '~ hold_back.time: "300ms" → "400ms"'],
    ["refusal_text: record", "refusal_text: fail", '~ checks.refusal_text: "record" → "fail"'],
    ["window: 8000", "window: 8001", "~ context.window: 8000 → 8001"],
    ["keep_last: 2", "keep_last: 3", "~ context.keep_last: 2 → 3"],
    ["ttl: 1h", "ttl: 2h", '~ cache.ttl: "1h" → "2h"'],
    ["shared: tenant", "shared: endpoint", '~ cache.shared: "tenant" → "endpoint"'],
    ["judge: sim/m-1", "judge: sim/m-2", '~ cache.semantic.judge: "sim/m-1" → "sim/m-2"'],
    ["wrong_at_most: 5%", "wrong_at_most: 2%", '~ cache.semantic.wrong_at_most: "5%" → "2%"'],
    ["within: 20ms", "within: 30ms", '~ cache.semantic.within: "20ms" → "30ms"'],
  ])("tell %s that became %s", (part, other, line) => {
    expect(RICH).toContain(part);
    expect(told(RICH, RICH.replace(part, other))).toEqual([line]);
  });

  it("tell how a route is judged", () => {
    const strict = ROUTED.replace("{ model: sim/m-2 }", "{ model: sim/m-2, least: 9 }");
    expect(told(ROUTED, strict)).toEqual(["~ routing.escalate.judge.least: 7 → 9"]);
  });

  it("fall back to the names within where the words would be the same", () => {
    const before = contentOf("");
    const { faults, ...policies } = before.policies;
    const hedged = {
      ...before,
      policies: {
        ...policies,
        faults: { ...(faults ?? expect.unreachable("")), hedge: { type: "quantile", quantile: 0.95 } },
      },
    } as const;
    const almost = {
      ...before,
      policies: { ...policies, faults: { ...hedged.policies.faults, hedge: { type: "quantile", quantile: 0.9501 } } },
    } as const;
    expect(diffReleases(hedged, almost, writtenPolicies).map(({ path }) => path)).toEqual(["policies.faults.hedge"]);
  });
});
