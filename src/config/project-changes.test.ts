import { describe, expect, it } from "vitest";
import { formatDiff } from "../domain/release/diff.ts";
import { loadProject } from "./load.ts";
import { projectChanges } from "./project-changes.ts";
import type { ReadProject } from "./project-changes.ts";

const TEXT = `environment: production
providers:
  sim:
    kind: simulated
    models:
      m-1:
        price: { input: 0.25, output: 2 }
        failures: { server_error: 1% }
  own: { kind: openai-compatible, base_url: "https://one.example/v1", models: { m-1: { price: { input: 1, output: 2 } } } }
  both: { kind: pool, members: { sim: 1, own: 1 } }
endpoints:
  bot:
    models: [sim/m-1]
    sessions: [header, call]
    rollout: { steps: [50%, 100%], deadline: 1h }
aliases: { gpt-5.4: bot }
limits:
  in_flight: 10
  rates: { calls: { per: key, requests: 60/m } }
  queue: { wait: 5s }
budgets:
  company: { per: environment, amount: 50, window: month }
retain_facts: 30d
`;

function read(text: string): ReadProject {
  const files = { main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) };
  const loaded = loadProject(files);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.mistakes));
  return { files, project: loaded.project };
}

/** What is told of an edit of the text, as lines. */
function told(part: string | RegExp, other: string): readonly string[] {
  const edited = TEXT.replace(part, other);
  expect(edited).not.toBe(TEXT);
  return formatDiff(projectChanges(read(TEXT), read(edited))).split("\n");
}

const EDITS: readonly (readonly [what: string, part: string | RegExp, other: string, lines: readonly string[]])[] = [
  ["an environment", "production", "staging", ['~ environment: "production" → "staging"']],
  ["a price", "0.25", "0.3", ["~ providers.sim.models.m-1.price.input: 0.25 → 0.3"]],
  [
    "a price of long prompts",
    "0.25",
    "0.25, steps: [{ above: 200000, input: 0.5, output: 1 }]",
    ['+ providers.sim.models.m-1.price.steps: [{"above":200000,"input":0.5,"output":1}]'],
  ],
  ["a failure rate", "1% }", "2% }", ['~ providers.sim.models.m-1.failures.server_error: "1%" → "2%"']],
  [
    "an address",
    "one.example",
    "two.example",
    ['~ providers.own.base_url: "https://one.example/v1" → "https://two.example/v1"'],
  ],
  ["the name of a key", '/v1",', '/v1", key_env: OWN_KEY,', ['+ providers.own.key_env: "OWN_KEY"']],
  ["a pool", "own: 1", "own: 2", ["~ providers.both.members.own: 1 → 2"]],
  ["a provider that is gone", /\n {2}both:.*/, "", ['- providers.both: {"kind":"pool","members":{"own":1,"sim":1}}']],
  ["sessions", "[header, call]", "[call]", ['~ endpoints.bot.sessions: ["header","call"] → ["call"]']],
  ["a rollout plan", "1h", "2h", ['~ endpoints.bot.rollout.deadline: "1h" → "2h"']],
  ["an endpoint", "aliases:", "  new: { models: [sim/m-1] }\naliases:", ['+ endpoints.new: "declared"']],
  ["an alias", "gpt-5.4: bot", "gpt-6: bot", ['- aliases.gpt-5.4: "bot"', '+ aliases.gpt-6: "bot"']],
  ["a bound", "in_flight: 10", "in_flight: 11", ["~ limits.in_flight: 10 → 11"]],
  ["a rate", "60/m", "61/m", ['~ limits.rates.calls.requests: "60/m" → "61/m"']],
  ["the queue", "wait: 5s", "wait: 6s", ['~ limits.queue.wait: "5s" → "6s"']],
  ["a budget", "50, window", "49, window", ["~ budgets.company.amount: 50 → 49"]],
  ["the days of facts", "30d", "31d", ['~ retain_facts: "30d" → "31d"']],
];

describe("the difference between two projects outside of releases", () => {
  it("is nothing between equal ones", () => {
    expect(projectChanges(read(TEXT), read(TEXT))).toEqual([]);
  });

  it.each(EDITS)("tells %s as rollward.yaml spells it, and nothing else", (...[, part, other, lines]) => {
    expect(told(part, other)).toEqual(lines);
  });

  it.each([
    ["another spelling of a duration", "1h", "60m"],
    ["a default that is written out", "in_flight: 10", "in_flight: 10\n  body_bytes: 10MiB"],
    ["a price that goes without saying", "{ input: 0.25,", "{ input: 0.250, cached_input: 0.25,"],
    ["a comment", "aliases:", "# names in code\naliases:"],
    ["what belongs to the release", "sessions:", "parameters: { temperature: 1 }\n    sessions:"],
  ])("says nothing of %s", (_, part, other) => {
    expect(told(part, other)).toEqual([""]);
  });

  it("tells a price that another catalogue knows, though nothing is written of it", () => {
    const text = TEXT.replace("  both:", "  api: { kind: openai, models: { gpt-4.1-2025-04-14: {} } }\n  both:");
    const now = read(text);
    const models = new Map(now.project.providers.get("api")?.models);
    const [[id, model] = expect.unreachable("The catalogue knows the model.")] = models;
    models.set(id, { ...model, price: { ...model.price, input: model.price.input + 1_000_000n } });
    const api = now.project.providers.get("api") ?? expect.unreachable("The provider is declared.");
    const providers = new Map(now.project.providers).set("api", { ...api, models } as typeof api);
    const changes = projectChanges(now, { files: now.files, project: { ...now.project, providers } });
    expect(changes.map(({ path }) => path)).toContain(`providers.api.models.${id}.price.input`);
  });
});

describe("what is watched", () => {
  it("is told by rule, service level and notifier", () => {
    const watched = (share: string, objective: string, url: string): ReadProject =>
      read(`${TEXT}
alerts:
  rules:
    errors-of-ours: { errors_above: ${share}, severity: critical }
slos:
  answered: { endpoint: bot, indicator: availability, objective: ${objective}, period: 30d }
notifiers:
  hook: { kind: webhook, url: "${url}", secret_env: HOOK_SECRET }
`);
    const before = watched("1%", "99%", "https://one.example/hook");
    expect(projectChanges(before, before)).toEqual([]);
    const after = watched("2%", "99.5%", "https://two.example/hook");
    expect(projectChanges(before, after).map(({ path }) => path)).toEqual([
      "alerts.rules.errors-of-ours.errors_above",
      "notifiers.hook.url",
      "slos.answered.objective",
    ]);
  });
});
