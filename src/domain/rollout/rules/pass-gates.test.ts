import { describe, expect, test } from "vitest";
import { approvalGate, commandGate, gated, manualGate, sights, terms } from "../../../../test/fixtures/gate-samples.ts";
import {
  after,
  commanded,
  drainingRollout,
  looked,
  observationOf,
  openedRollout,
  PLAN,
  PROVEN,
  rampingAt,
  readingOf,
  T0,
} from "../../../../test/fixtures/rollout-samples.ts";
import { decide } from "../decide.ts";
import { explainRollout } from "../explain.ts";
import type { GatePlan } from "../gates/gate-plan.ts";
import type { GateStanding } from "../gates/gate-state.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";

const types = (facts: readonly RolloutFact[]): readonly string[] => facts.map(({ type }) => type);

const result = (gate: string, step: number, standing: Exclude<GateStanding, "waiting">) => ({
  gate,
  step,
  attempt: 1,
  standing,
  detail: `it ${standing}`,
  url: null,
});

const GO = { reading: PROVEN, observedMs: 10_000 };
const CHECK = commandGate("tests", "before_start");
const BOARD = approvalGate("board", "before_promotion");

describe("a gate before the start", () => {
  test("keeps the rollout waiting until it has passed, and is asked once", () => {
    const asked = looked(openedRollout(gated(CHECK)), { gates: sights() });
    expect(asked).toMatchObject({ phase: "pending", startedAt: null });
    expect(asked.gates).toMatchObject([{ gate: "tests", step: -1, attempt: 1, standing: "waiting" }]);
    expect(decide(asked, observationOf({ gates: sights() }))).toEqual([]);
    expect(explainRollout(asked)).toBe("Waits to start for the gate tests (the program check.sh runs).");
    const passed = looked(asked, { gates: sights({ results: [result("tests", -1, "passed")] }) });
    expect(passed).toMatchObject({ phase: "ramping", step: 0 });
  });

  test("that failed holds the start; asked again and passed, it lets it go", () => {
    const asked = looked(openedRollout(gated(CHECK)), { gates: sights() });
    const failed = looked(asked, { gates: sights({ results: [result("tests", -1, "failed")] }) });
    expect(failed).toMatchObject({ phase: "pending", gates: [{ standing: "failed" }] });
    expect(explainRollout(failed)).toContain("the gate tests failed (it failed)");
    const again = commanded(failed, { type: "gate", gate: "tests", verdict: "retry" });
    expect(again.gates).toMatchObject([{ standing: "waiting", attempt: 2 }]);
    // The result of the first attempt says nothing of the second.
    expect(decide(again, observationOf({ gates: sights({ results: [result("tests", -1, "failed")] }) }))).toEqual([]);
    const passed = looked(again, { gates: sights({ results: [{ ...result("tests", -1, "passed"), attempt: 2 }] }) });
    expect(passed.phase).toBe("ramping");
  });

  test("that aborts cancels the rollout", () => {
    const asked = looked(openedRollout(gated({ ...CHECK, onFailure: "abort" })), { gates: sights() });
    const failed = looked(looked(asked, { gates: sights({ results: [result("tests", -1, "failed")] }) }), {
      gates: sights(),
    });
    expect(failed).toMatchObject({ phase: "cancelled", outcome: "cancelled" });
    expect(explainRollout(failed)).toBe("Cancelled before it started: the gate tests failed (it failed).");
  });

  test("that takes too long expires", () => {
    const asked = looked(openedRollout(gated({ ...CHECK, timeoutMs: 60_000 })), { gates: sights() });
    expect(decide(asked, observationOf({ gates: sights({ now: T0 + 59_000 }) }))).toEqual([]);
    const late = looked(asked, { gates: sights({ now: T0 + 70_000 }) });
    expect(late.gates).toMatchObject([
      { standing: "expired", detail: "no answer within 60 s: the program check.sh runs" },
    ]);
    expect(late.startedAt).toBeNull();
  });

  test("is not asked while the channel is taken or frozen", () => {
    const opened = openedRollout(gated(CHECK));
    expect(decide(opened, observationOf({ channelFree: false, gates: sights() }))).toEqual([]);
    expect(decide(opened, observationOf({ frozen: true, gates: sights() }))).toEqual([]);
  });
});

describe("a gate before a step", () => {
  test("is asked at every step after the first, or at the one that it names", () => {
    const every = { ...manualGate("look", "before_step") };
    const onlyLast: GatePlan = { ...manualGate("look", "before_step"), weight: 0.25 };
    expect(types(decide(rampingAt(0, gated(every)), observationOf({ ...GO, gates: sights() })))).toContain("GateAsked");
    const at5 = decide(rampingAt(0, gated(onlyLast)), observationOf({ ...GO, gates: sights() }));
    expect(types(at5)).toContain("StepEntered");
    expect(types(at5)).not.toContain("GateAsked");
    const at25 = looked(rampingAt(1, gated(onlyLast)), { ...GO, gates: sights() });
    expect(at25.gates).toMatchObject([{ gate: "look", step: 2, standing: "waiting" }]);
    const passed = commanded(at25, { type: "gate", gate: "look", verdict: "pass" });
    expect(looked(passed, { ...GO, gates: sights() }).step).toBe(2);
  });

  test("that fails holds the rollout at its weight, and harm still rolls it back", () => {
    const asked = looked(rampingAt(0, gated(commandGate("tests", "before_step"))), { ...GO, gates: sights() });
    const held = looked(asked, { gates: sights({ results: [result("tests", 1, "failed")] }) });
    expect(held).toMatchObject({ holds: ["gate"], activity: "held", weight: 0.01 });
    expect(explainRollout(held)).toBe("Held at 1 % (step 1 of 4): the gate tests failed (it failed).");
    const harmful = { ...PROVEN, union: { ...PROVEN.union, crossed: true, blame: "errors" as const } };
    expect(looked(held, { reading: harmful, gates: sights() }).phase).toBe("rolling_back");
    const again = commanded(held, { type: "gate", gate: "tests", verdict: "retry" });
    expect(looked(again, { gates: sights() }).holds).toEqual([]);
  });

  test("that aborts takes the candidate back and says why", () => {
    const plan = gated({ ...commandGate("tests", "before_step"), onFailure: "abort" });
    const asked = looked(rampingAt(0, plan), { ...GO, gates: sights() });
    const seen = { gates: sights({ results: [result("tests", 1, "failed")] }) };
    const aborting = looked(looked(asked, seen), seen);
    expect(aborting).toMatchObject({ phase: "aborting", weight: 0, outcome: "gate" });
    expect(explainRollout(aborting)).toBe("Aborting: the gate tests failed (it failed).");
  });
});

describe("conditions of the moment", () => {
  const OFFICE: GatePlan = {
    ...terms("office-hours", "before_step"),
    kind: "schedule",
    zone: "UTC",
    windows: [{ type: "dates", from: T0 + 1_000, until: T0 + 2_000 }],
  };

  test("a schedule lets nothing through outside of its window, and is written down with the step that it lets through", () => {
    const asked = looked(rampingAt(0, gated(OFFICE)), { ...GO, gates: sights({ now: T0 }) });
    expect(asked.gates).toMatchObject([{ standing: "waiting" }]);
    expect(explainRollout(asked)).toContain("waits for the gate office-hours (its window opens");
    expect(decide(asked, observationOf({ ...GO, gates: sights({ now: T0 + 2_000 }) }))).not.toContainEqual(
      expect.objectContaining({ type: "StepEntered" }),
    );
    const within = decide(asked, observationOf({ ...GO, gates: sights({ now: T0 + 1_500 }) }));
    expect(types(within).slice(-3)).toEqual(["GateDecided", "EvidenceSnapshot", "StepEntered"]);
  });

  test("a soak counts observed time on the step, and after the switch the time since it", () => {
    const soak: GatePlan = { ...terms("soak", "before_step"), kind: "soak", forMs: 60_000 };
    const asked = looked(rampingAt(0, gated(soak)), { ...GO, gates: sights() });
    expect(asked.step).toBe(0);
    expect(looked(asked, { reading: PROVEN, observedMs: 50_000, gates: sights() }).step).toBe(1);
  });

  test("evidence waits for the proof of the metrics that it names", () => {
    const proof: GatePlan = { ...terms("proof", "before_step"), kind: "evidence", metrics: ["errors"] };
    const asked = looked(rampingAt(0, gated(proof)), { observedMs: 10_000, gates: sights() });
    expect(asked.gates).toMatchObject([{ detail: "errors are not proven no worse yet" }]);
    expect(looked(asked, { ...GO, gates: sights() }).step).toBe(1);
  });

  test("a dependency waits for what is seen of it", () => {
    const first: GatePlan = { ...terms("faq-first", "before_start"), kind: "depends_on", endpoint: "faq", release: 3 };
    const seen = (isMet: boolean) => ({
      gates: sights({ dependencies: { "faq-first": { isMet, detail: "faq@3 is there" } } }),
    });
    const asked = looked(openedRollout(gated(first)), seen(false));
    expect(asked.startedAt).toBeNull();
    expect(looked(asked, seen(true)).phase).toBe("ramping");
    // Nobody has looked: nothing is let through.
    expect(looked(asked, { gates: sights() }).startedAt).toBeNull();
  });
});

describe("gates before the promotion", () => {
  test("ask people when everything else is clear", () => {
    const plan = gated(BOARD, commandGate("tests", "before_promotion"));
    const first = looked(rampingAt(2, plan), { ...GO, gates: sights() });
    expect(first.gates?.map(({ gate }) => gate)).toEqual(["tests"]);
    const second = looked(first, { ...GO, gates: sights({ results: [result("tests", 3, "passed")] }) });
    expect(second.gates?.map(({ gate, standing }) => [gate, standing])).toEqual([
      ["tests", "passed"],
      ["board", "waiting"],
    ]);
    expect(second.phase).toBe("ramping");
  });

  test("are asked before the approval of a step is", () => {
    const base = gated(manualGate("legal", "before_promotion"));
    const plan = { ...base, steps: base.steps.map((step, index) => ({ ...step, approval: index === 2 })) };
    const first = looked(rampingAt(2, plan), { ...GO, gates: sights() });
    expect(first).toMatchObject({ activity: "observing", gates: [{ gate: "legal", standing: "waiting" }] });
    const passed = commanded(first, { type: "gate", gate: "legal", verdict: "pass" });
    expect(looked(passed, { ...GO, gates: sights() }).activity).toBe("awaiting_approval");
  });

  test("a window that closed after the decision keeps the pointer where it is", () => {
    const plan = gated({
      ...terms("hours", "before_promotion"),
      kind: "schedule",
      zone: "UTC",
      windows: [{ type: "dates", from: T0, until: T0 + 10 }],
    });
    const promoting = looked(rampingAt(2, plan), { ...GO, gates: sights({ now: T0 + 5 }) });
    expect(promoting.phase).toBe("promoting");
    expect(looked(promoting, { gates: sights({ now: T0 + 10 }) }).pointerMoved).toBe(false);
    expect(looked(promoting, { gates: sights({ now: T0 + 9 }) }).pointerMoved).toBe(true);
  });
});

describe("gates after the switch", () => {
  const plan = gated({ ...commandGate("smoke", "after_switch"), onFailure: "abort" });
  const draining = (): Rollout => looked(drainingRollout(plan), { gates: sights() });

  test("keep the rollout open until they pass", () => {
    const asked = draining();
    expect(asked.gates).toMatchObject([{ gate: "smoke", step: 4, standing: "waiting" }]);
    const waited = looked(asked, { observedMs: 60_000_000, gates: sights() });
    expect(waited.phase).toBe("draining");
    const passed = looked(waited, { observedMs: 1_000, gates: sights({ results: [result("smoke", 4, "passed")] }) });
    expect(looked(looked(passed, { observedMs: 60_000_000, gates: sights() }), { gates: sights() }).phase).toBe(
      "completed",
    );
  });

  test("that fail move the pointer back", () => {
    const seen = { gates: sights({ results: [result("smoke", 4, "failed")] }) };
    const back = looked(looked(draining(), seen), seen);
    expect(back).toMatchObject({ phase: "aborting", outcome: "gate", pointerMoved: false, weight: 0 });
  });
});

test("a blue-green rollout is asked before its switch and after it, whatever its evidence says", () => {
  const [smoke, board] = [commandGate("smoke", "after_switch"), approvalGate("board", "before_promotion")];
  const [preview, all] = [PLAN.steps[0], PLAN.steps[3]];
  if (preview === undefined || all === undefined) throw new Error("The sample plan has four steps.");
  const steps = [{ ...preview, weight: 0, minSessions: 0 }, all];
  const plan = { ...gated(board, smoke), strategy: "blue_green", steps } as const;
  const look = { observedMs: 10_000, reading: readingOf({ sessions: { stable: 0, candidate: 0 } }), gates: sights() };
  const asked = looked(rampingAt(0, plan), look);
  expect(asked).toMatchObject({ phase: "ramping", weight: 0, gates: [{ gate: "board", standing: "waiting" }] });
  const board1 = { ...result("board", 1, "passed") };
  const switching = looked(after(asked, { type: "GateDecided", ...board1 }), look);
  expect(switching.phase).toBe("promoting");
  const switched = looked(looked(looked(switching, { gates: sights() }), { gates: sights() }), { gates: sights() });
  expect(switched).toMatchObject({ phase: "draining", pointerMoved: true });
  expect(switched.gates).toMatchObject([{}, { gate: "smoke", step: 2, standing: "waiting" }]);
  const failed = looked(switched, { gates: sights({ results: [result("smoke", 2, "failed")] }) });
  expect(failed).toMatchObject({ phase: "draining", holds: ["gate"] });
  expect(commanded(failed, { type: "rollback" })).toMatchObject({ phase: "rolling_back", weight: 0 });
});

test("a plan without gates is decided as before", () => {
  expect(looked(rampingAt(0), { ...GO }).step).toBe(1);
  expect(after(rampingAt(0), { type: "GateDecided", ...result("x", 1, "failed") }).holds).toEqual([]);
});
