import { describe, expect, test } from "vitest";
import type { GatePlan } from "../../domain/rollout/gates/gate-plan.ts";
import { loadProject } from "../load.ts";
import type { EndpointSettings, Mistake, Project } from "../project.ts";

const HEAD = `providers:
  sim: { kind: simulated, models: { m-2026-01-01: { price: { input: 1, output: 1 } } } }
endpoints:
`;

const load = (text: string) => loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });

function mistakes(text: string): readonly Pick<Mistake, "line" | "message">[] {
  const loaded = load(HEAD + text);
  return loaded.ok ? [] : loaded.mistakes.map(({ line, message }) => ({ line, message }));
}

function project(text: string): Project {
  const loaded = load(HEAD + text);
  if (!loaded.ok) throw new Error(loaded.mistakes.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return loaded.project;
}

const endpoint = (body: string, name = "bot"): string => `  ${name}:\n    models: [sim/m-2026-01-01]\n${body}`;

const withGates = (gates: string): string => endpoint(`    rollout:\n      gates:\n${gates}`);

const planOf = (text: string): EndpointSettings["plan"] => {
  const settings = project(text).endpoints.get("bot");
  if (settings === undefined) throw new Error("There is no endpoint.");
  return settings.plan;
};

const gateOf = (line: string): GatePlan | undefined => planOf(withGates(`        g: ${line}\n`)).gates?.[0];

describe("gates as they are written", () => {
  test("become gates of the plan with their presets", () => {
    expect(gateOf("{ kind: command, at: before_start, program: check.sh }")).toEqual({
      name: "g",
      at: "before_start",
      onFailure: "hold",
      timeoutMs: 1_800_000,
      kind: "command",
      program: "check.sh",
      args: [],
    });
    expect(gateOf("{ kind: approval, at: before_promotion, roles: [approver], count: 2, timeout: 3d }")).toMatchObject({
      kind: "approval",
      roles: ["approver"],
      count: 2,
      fourEyes: true,
      timeoutMs: 259_200_000,
    });
    expect(gateOf("{ kind: soak, at: before_step, step: 25%, for: 2h }")).toMatchObject({
      weight: 0.25,
      forMs: 7_200_000,
      timeoutMs: null,
    });
    expect(
      gateOf(
        '{ kind: schedule, at: before_step, zone: Europe/Berlin, windows: [{ days: [mon, fri], from: "09:00", until: "17:00" }, { from: 2026-12-24T18:00, until: 2027-01-02 }] }',
      ),
    ).toMatchObject({
      windows: [
        { type: "weekly", days: [1, 5], from: 540, until: 1_020 },
        { type: "dates", from: Date.UTC(2026, 11, 24, 17), until: Date.UTC(2027, 0, 1, 23) },
      ],
    });
    expect(gateOf("{ kind: evidence, at: before_promotion, metrics: [errors, cost] }")).toMatchObject({
      metrics: ["errors", "cost"],
    });
  });

  test("stand beside triggers, faults of providers, people and changes", () => {
    const plan = planOf(
      endpoint(`    rollout:
      provider_fault: roll_back
      triggers: [{ errors_above: 5%, action: rollback }, { latency_times: 2, within: 5m, sessions: 20 }]
    notify: { team: { who: ["#bot"], webhook: https://hooks.example.com/x, secret_env: HOOK_SECRET } }
    changes: [{ what: index, forward: build it, back: drop it, reversible: true }]
`),
    );
    expect(plan).toMatchObject({
      providerFault: "roll_back",
      triggers: [
        {
          measure: "errors",
          above: { type: "value", value: 0.05 },
          withinMs: 600_000,
          leastSessions: 50,
          action: "rollback",
        },
        {
          measure: "latency",
          above: { type: "times", times: 2 },
          withinMs: 300_000,
          leastSessions: 20,
          action: "hold",
        },
      ],
      notify: [{ name: "team", who: ["#bot"], webhook: { url: "https://hooks.example.com/x" } }],
      changes: [{ what: "index", back: "drop it", reversible: true }],
    });
    expect(planOf(endpoint("")).providerFault).toBe("hold");
  });
});

describe("a mistake in a gate is told in its place", () => {
  test.each([
    ["{ kind: command, at: before_start, program: ../sh }", "name of a program"],
    ["{ kind: command, at: before_start, program: check.sh, run: x }", '"run" is not a key'],
    ["{ kind: http, at: before_start, url: http://10.0.0.7/x, secret_env: GATE }", "private address"],
    ["{ kind: http, at: before_start, url: http://169.254.169.254/x, secret_env: GATE }", "metadata"],
    ["{ kind: http, at: before_start, url: https://evals.example.com/x }", "secret_env"],
    ["{ kind: evidence, at: before_start, metrics: [errors] }", "before the start there is no evidence"],
    ["{ kind: evidence, at: before_promotion, metrics: [thumbs] }", "does not measure thumbs"],
    ["{ kind: soak, at: before_start, for: 1h }", "before the start nothing soaks"],
    ["{ kind: manual, at: before_promotion, step: 5% }", "only a gate before a step has a weight"],
    ["{ kind: manual, at: before_step, step: 7% }", "no step of the plan has this weight"],
    [
      '{ kind: schedule, at: before_start, zone: Europe/Atlantis, windows: [{ from: "09:00", until: "17:00" }] }',
      "no time zone",
    ],
    ['{ kind: schedule, at: before_start, windows: [{ from: "09:00" }] }', "none closes it"],
    [
      "{ kind: schedule, at: before_start, windows: [{ from: 2026-12-24, until: 2026-12-01 }] }",
      "ends before it begins",
    ],
    [
      '{ kind: schedule, at: before_start, windows: [{ from: 2026-02-30, until: "17:00" }] }',
      "expected a time of day or a date",
    ],
    ["{ kind: depends_on, at: before_start, endpoint: nobody }", "no endpoint nobody"],
  ])("%s", (line, message) => {
    const found = mistakes(withGates(`        g: ${line}\n`));
    expect(found).toHaveLength(1);
    expect(found[0]?.message).toContain(message);
    expect(found[0]?.line).toBe(8);
  });

  test("endpoints that wait for one another are told with the whole circle", () => {
    const waits = (name: string, other: string): string =>
      endpoint(`    rollout: { gates: { first: { kind: depends_on, at: before_start, endpoint: ${other} } } }\n`, name);
    expect(mistakes(waits("a", "b") + waits("b", "c") + waits("c", "a"))).toEqual([
      { line: 6, message: expect.stringContaining("a → b → c → a") as string },
    ]);
  });

  test("triggers have one threshold, listeners a secret, and what cannot be undone an approval", () => {
    expect(mistakes(endpoint("    rollout: { triggers: [{ within: 5m }] }\n"))[0]?.message).toContain(
      "has no threshold",
    );
    expect(
      mistakes(endpoint("    rollout: { triggers: [{ errors_above: 5%, cost_times: 2 }] }\n"))[0]?.message,
    ).toContain("one threshold");
    expect(mistakes(endpoint("    notify: { a: { webhook: https://x.example.com } }\n"))[0]?.message).toContain(
      "no secret is named",
    );
    const change = "    changes: [{ what: memory schema, forward: merge, reversible: false }]\n";
    expect(mistakes(endpoint(change))).toEqual([
      { line: 6, message: expect.stringContaining("nobody has to approve") as string },
    ]);
    const approval = "    rollout: { gates: { board: { kind: approval, at: before_promotion } } }\n";
    expect(mistakes(endpoint(change + approval))).toEqual([]);
  });

  test("planned freezes name endpoints that are there and windows that can be", () => {
    const freeze = (line: string): string => `${endpoint("")}freezes:\n  sale: ${line}\n`;
    const fine = '{ reason: sale, windows: [{ days: [fri], from: "18:00", until: "06:00" }] }';
    expect(project(freeze(fine)).freezes).toMatchObject([{ name: "sale", zone: "UTC", endpoints: null }]);
    expect(
      mistakes(freeze('{ reason: sale, endpoints: [faq], windows: [{ from: "18:00", until: "06:00" }] }'))[0]?.message,
    ).toContain("no endpoint faq");
    expect(mistakes(freeze("{ reason: sale, zone: X, windows: [{ from: 2026-01-01 }] }"))[0]?.message).toContain(
      "no time zone",
    );
  });
});
