import { describe, expect, test } from "vitest";
import { releaseOf } from "../../../test/contracts/store-samples.ts";
import { PLAN, T0, after, drainingRollout, openedRollout, rampingAt } from "../../../test/fixtures/rollout-samples.ts";
import type { GatePlan } from "../rollout/gates/gate-plan.ts";
import type { GateState } from "../rollout/gates/gate-state.ts";
import type { Rollout } from "../rollout/rollout.ts";
import type { PipelineReport } from "./pipeline.ts";
import { pipelineOf } from "./pipeline-of.ts";
import type { PipelineFacts } from "./pipeline-of.ts";

const RELEASE = { ...releaseOf("bot", "a"), createdAt: T0, author: "Ada" };

const facts = (rest: Partial<PipelineFacts> = {}): PipelineFacts => ({
  release: RELEASE,
  environment: "production",
  isStable: false,
  rollout: null,
  takenBackBy: null,
  reports: [],
  ...rest,
});

const reported = (rest: Partial<PipelineReport>): PipelineReport => ({
  release: RELEASE.id,
  environment: "production",
  stage: "integrate",
  state: "passed",
  at: T0 + 5,
  by: "CI",
  note: null,
  url: "https://ci.example/1",
  ...rest,
});

/** The states of all stages, in their order. */
const states = (rest: Partial<PipelineFacts>): readonly string[] => pipelineOf(facts(rest)).map(({ state }) => state);

/** One stage. */
const stage = (name: string, rest: Partial<PipelineFacts>) => pipelineOf(facts(rest)).find((one) => one.stage === name);

const COMMON = { name: "", at: "before_start", onFailure: "hold", timeoutMs: null } as const;
const SUITE: GatePlan = {
  ...COMMON,
  name: "suite",
  kind: "http",
  url: "https://e",
  secretEnv: "E",
  everyMs: 1,
  allowPrivate: false,
};
const TWO_PEOPLE: GatePlan = { ...COMMON, name: "people", kind: "approval", roles: [], count: 2, fourEyes: true };

const stateOf = (gate: string, standing: GateState["standing"], rest: Partial<GateState> = {}): GateState => ({
  gate,
  step: -1,
  attempt: 1,
  standing,
  detail: "so it is",
  url: null,
  since: T0 + 1,
  decidedAt: standing === "waiting" ? null : T0 + 2,
  approvals: [],
  ...rest,
});

const gated = (...gates: readonly GateState[]): Rollout => ({
  ...openedRollout({ ...PLAN, gates: [SUITE, TWO_PEOPLE] }),
  gates,
});

describe("the pipeline of a release", () => {
  test("has passed its check and waits for the rest before it goes anywhere", () => {
    expect(states({})).toEqual(["passed", "skipped", "waiting", "skipped", "waiting", "waiting"]);
    expect(stage("check", {})).toMatchObject({ since: T0, by: "Ada" });
  });

  test("is deployed at once where it is the first, with nothing to watch it against", () => {
    expect(states({ isStable: true })).toEqual(["passed", "skipped", "waiting", "skipped", "passed", "skipped"]);
  });

  test("follows the rollout: so many percent, promoted and watched, gone through", () => {
    const ramping = rampingAt(1);
    expect(stage("deploy", { rollout: ramping })).toMatchObject({
      state: "running",
      note: "5 % of new sessions (ramping).",
      url: `/api/rollouts/${ramping.id}`,
    });
    expect(stage("monitor", { rollout: ramping })).toMatchObject({ state: "waiting" });
    const draining = drainingRollout();
    expect(stage("deploy", { rollout: draining, isStable: true })).toMatchObject({ state: "passed" });
    expect(stage("monitor", { rollout: draining, isStable: true })).toMatchObject({ state: "running" });
    const done = { ...draining, phase: "completed", endedAt: T0 + 9 } as const;
    expect(stage("monitor", { rollout: done, isStable: true })).toMatchObject({ state: "passed", since: T0 + 9 });
  });

  test("fails where it failed: on its way out, while it is watched, or when somebody takes it back later", () => {
    const withdrawn = { ...rampingAt(1), phase: "rolled_back", outcome: "harm", endedAt: T0 + 7 } as const;
    expect(stage("deploy", { rollout: withdrawn })).toMatchObject({ state: "failed", since: T0 + 7 });
    expect(stage("monitor", { rollout: withdrawn })).toMatchObject({ state: "waiting" });
    const afterwards = { ...drainingRollout(), phase: "rolled_back", outcome: "harm", endedAt: T0 + 8 } as const;
    expect(stage("deploy", { rollout: afterwards })).toMatchObject({ state: "passed" });
    expect(stage("monitor", { rollout: afterwards })).toMatchObject({ state: "failed", since: T0 + 8 });
    const takenBackBy = { ...openedRollout(), openedBy: { kind: "key", keyId: "key_1", name: "Grace" } } as const;
    const done = { ...drainingRollout(), phase: "completed", endedAt: T0 } as const;
    expect(stage("monitor", { rollout: done, takenBackBy })).toMatchObject({ state: "failed", by: "Grace" });
  });

  test("evaluates and approves by the gates of its plan", () => {
    expect(stage("evaluate", { rollout: gated() })).toMatchObject({ state: "waiting", note: "It waits for suite." });
    expect(stage("evaluate", { rollout: gated(stateOf("suite", "waiting")) })).toMatchObject({ state: "running" });
    const failed = stateOf("suite", "failed", { url: "https://e/run" });
    expect(stage("evaluate", { rollout: gated(failed) })).toMatchObject({ state: "failed", url: "https://e/run" });
    const again = stateOf("suite", "passed", { attempt: 2 });
    expect(stage("evaluate", { rollout: gated(failed, again) })).toMatchObject({
      state: "passed",
      note: "suite: so it is",
    });
    const approval = { keyId: "key_1", by: "Grace", reason: "Fine.", at: T0 };
    const agreed = stateOf("people", "passed", { approvals: [approval, { ...approval, by: "Alan" }] });
    expect(stage("approve", { rollout: gated(agreed) })).toMatchObject({ state: "passed", by: "Grace, Alan" });
    expect(stage("approve", { rollout: gated(stateOf("people", "expired")) })).toMatchObject({ state: "failed" });
  });

  test("believes what is reported, but not that something passed which is known to have failed", () => {
    expect(stage("integrate", { reports: [reported({})] })).toMatchObject({
      state: "passed",
      since: T0 + 5,
      by: "CI",
      url: "https://ci.example/1",
    });
    const rollout = gated(stateOf("suite", "failed"));
    const passed = reported({ stage: "evaluate" });
    expect(stage("evaluate", { rollout, reports: [passed] })).toMatchObject({ state: "failed", by: "rollward" });
    expect(stage("check", { reports: [reported({ stage: "check", state: "failed" })] })).toMatchObject({
      state: "failed",
    });
    expect(stage("deploy", { reports: [reported({ stage: "deploy" })] })).toMatchObject({ state: "waiting" });
  });

  test("tells who agreed to a step, where a step asks", () => {
    const steps = PLAN.steps.map((one, index) => ({ ...one, approval: index === 1 }));
    const asking = { ...openedRollout({ ...PLAN, steps }), activity: "awaiting_approval" } as const;
    expect(stage("approve", { rollout: asking })).toMatchObject({ state: "running" });
    const told = [{ telling: "approve", by: "Grace", reason: "Go.", at: T0 }] as const;
    expect(stage("approve", { rollout: { ...asking, told } })).toMatchObject({
      state: "passed",
      by: "Grace",
      note: "Go.",
    });
    const started = after(openedRollout(), { type: "Started", stable: "rel_stable" });
    expect(stage("approve", { rollout: started })).toMatchObject({ state: "skipped" });
  });
});
