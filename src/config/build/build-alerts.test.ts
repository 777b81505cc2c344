import { describe, expect, test } from "vitest";
import { DEFAULT_RULES } from "../../domain/alerts/default-rules.ts";
import { loadProject } from "../load.ts";

const MAIN = `
providers:
  sim: { kind: simulated, models: { m: { price: { input: 1, output: 2 } } } }
endpoints:
  bot: { models: [sim/m] }
`;

const load = (text: string) =>
  loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", `${MAIN}${text}`]]) });

const alertsOf = (text: string) => {
  const loaded = load(text);
  if (!loaded.ok) throw new Error(loaded.mistakes.map(({ message }) => message).join("\n"));
  return loaded.project.alerts;
};

const mistakesIn = (text: string): string => {
  const loaded = load(text);
  return loaded.ok ? "none" : loaded.mistakes.map(({ message, fix }) => `${message} (${fix})`).join("\n");
};

describe("alerts of a project", () => {
  test("are the default ones where nobody says anything, and nobody is told", () => {
    const { rules, routing, notifiers, slos } = alertsOf("");
    expect(rules).toEqual(DEFAULT_RULES);
    expect(routing).toMatchObject({ notify: { critical: [], warning: [], info: [] }, escalation: null });
    expect([...notifiers, ...slos]).toEqual([]);
  });

  test("can be replaced by name, turned off one by one, and left out as a whole", () => {
    const { rules } = alertsOf(
      `alerts: { rules: { errors-many: { errors_above: 50% }, queue-slow: { enabled: false } } }\n`,
    );
    const named = new Map(rules.map((rule) => [rule.name, rule]));
    expect(named.get("errors-many")).toMatchObject({ condition: { bound: 0.5 }, isDefault: false });
    expect(named.has("queue-slow")).toBe(false);
    expect(rules).toHaveLength(DEFAULT_RULES.length - 1);
    expect(alertsOf("alerts: { defaults: false }\n").rules).toEqual([]);
  });

  test("read each condition in its own unit", () => {
    const { rules } = alertsOf(`alerts:
  defaults: false
  rules:
    slow: { latency_above: 8s, quantile: 99%, within: 10m, for: 5m, severity: critical }
    dear: { cost_above: 1.50 }
    bad: { quality_below: 0.7, count: 30, no_data: keep }
    lonely: { calls_below: 1 }
    odd: { unusual: latency, z: 5, times: 2, days: 7 }
    full: { over_limit_above: 50% }
    open: { provider_trouble: true }
`);
    expect(rules.map(({ signal, condition, leastCount }) => [signal.name, condition, leastCount])).toEqual([
      ["latency", { type: "threshold", op: "above", bound: 8_000 }, 20],
      ["cost-per-minute", { type: "threshold", op: "above", bound: 1.5e12 }, 20],
      ["quality", { type: "threshold", op: "below", bound: 0.7 }, 30],
      ["calls-per-minute", { type: "threshold", op: "below", bound: 1 }, 0],
      ["latency", { type: "baseline", op: "above", z: 5, ratio: 2, days: 7 }, 20],
      ["over-limit-share", { type: "threshold", op: "above", bound: 0.5 }, 20],
      ["provider-trouble", { type: "threshold", op: "above", bound: 0.5 }, 0],
    ]);
    expect(rules[0]).toMatchObject({
      signal: { windowMs: 600_000, quantile: 0.99 },
      forMs: 300_000,
      severity: "critical",
    });
  });

  test.each([
    ["alerts: { rules: { x: { severity: info } } }", "watches nothing"],
    ["alerts: { rules: { x: { errors_above: 5%, drops_above: 1 } } }", "one condition"],
    ["alerts: { rules: { x: { errors_above: 5%, z: 3 } } }", '"z" says nothing without unusual'],
    ["alerts: { rules: { x: { errors_above: 5%, code: provider_timout } } }", 'did you mean "provider_timeout"'],
    ["alerts: { rules: { x: { errors_above: 5%, endpoints: [bott] } } }", 'did you mean "bot"'],
    ["alerts: { rules: { x: { errors_above: 5%, labels: { severity: high } } } }", "sets the label severity itself"],
    ["alerts: { notify: { critical: [pager] } }", "no notifier"],
    [
      "slos: { s: { endpoint: bot, indicator: latency, below: 1s, objective: 99%, refusals: ignored } }",
      '"refusals" says nothing of latency',
    ],
    ["notifiers: { p: { kind: webhook, url: http://10.0.0.1/x, secret_env: S } }", "private address"],
    ["notifiers: { p: { kind: pagerduty, key_env: 0123456789abcdef0123456789abcdef } }", "not the key itself"],
    ["notifiers: { m: { kind: email, host: mx, from: a@b.c, to: [d@e.f], user_env: U } }", "belong together"],
    ["slos: { s: { endpoint: bot, indicator: latency, objective: 99% } }", "needs `below`"],
    ["slos: { s: { endpoint: bot, indicator: availability } }", "needs `objective`"],
    ["slos: { s: { endpoint: bot, indicator: availability, objective: 100% } }", "no budget to burn"],
    ["slos: { s: { endpoint: bot, indicator: quality, objective: 95%, at_least: 0.72 } }", "steps of 0.05"],
    [
      "slos: { s: { endpoint: bot, indicator: availability, objective: 99%, windows: { page_quick: { budget: 2%, long: 1h, short: 5m } } } }",
      "nobody hears of it",
    ],
    ["slos: { s: { endpoint: bot, indicator: availability, objective: 99%, period: 7d } }", "none"],
  ])("say what is wrong with %s", (text, expected) => {
    expect(mistakesIn(`${text}\n`)).toContain(expected);
  });
});
