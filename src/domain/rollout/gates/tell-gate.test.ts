import { describe, expect, test } from "vitest";
import { approvalGate, commandGate, gated, manualGate, sights } from "../../../../test/fixtures/gate-samples.ts";
import {
  after,
  commanded,
  contextOf,
  looked,
  openedRollout,
  PROVEN,
  rampingAt,
  T0,
} from "../../../../test/fixtures/rollout-samples.ts";
import { applyCommand } from "../command.ts";
import type { Command } from "../command.ts";
import type { Rollout } from "../rollout.ts";
import type { GateCommand, Person } from "./tell-gate.ts";

const person = (name: string, overrides: Partial<Person> = {}): Person => ({
  keyId: `key_${name}`,
  name,
  roles: ["approver"],
  reason: "Looks right.",
  at: T0 + 5,
  candidateAuthor: "Ada",
  ...overrides,
});

const GO = { reading: PROVEN, observedMs: 10_000, gates: sights() };
const BOARD = approvalGate("board", "before_promotion");

const asked = (gate = BOARD): Rollout => ({
  ...looked(rampingAt(2, gated(gate)), GO),
  openedBy: { kind: "key", keyId: "key_Olga", name: "Olga" },
});

const refusal = (rollout: Rollout, command: Command | GateCommand, who: Person): string => {
  const answer = applyCommand(rollout, command, contextOf(rollout, { person: who }));
  return "refused" in answer ? `${answer.code ?? "rollout_conflict"}: ${answer.refused}` : "nothing was refused";
};

const approve = (rollout: Rollout, who: Person): Rollout => commanded(rollout, { type: "approve" }, { person: who });

describe("an approval", () => {
  test("of somebody with the role lets the promotion go, with who and why", () => {
    const approved = approve(asked(), person("Grace"));
    expect(approved.gates).toMatchObject([
      {
        standing: "passed",
        detail: "approved by Grace",
        approvals: [{ by: "Grace", reason: "Looks right.", at: T0 + 5 }],
      },
    ]);
    expect(looked(approved, GO).phase).toBe("promoting");
  });

  test("does not count from the author of the release, nor from who opened the rollout", () => {
    expect(refusal(asked(), { type: "approve" }, person("Ada"))).toBe(
      "approval_refused: This approval does not count: the gate board wants four eyes, and Ada is the author of the candidate; somebody else must approve it.",
    );
    expect(refusal(asked(), { type: "approve" }, person("Olga"))).toContain("Olga opened this rollout");
    // Another name for the same key is the same eyes.
    expect(refusal(asked(), { type: "approve" }, person("Olga the second", { keyId: "key_Olga" }))).toContain(
      "opened this",
    );
    const twoEyes = { ...BOARD, fourEyes: false };
    expect(approve(asked(twoEyes), person("Ada")).gates).toMatchObject([{ standing: "passed" }]);
  });

  test("does not count from an admin without the role", () => {
    expect(refusal(asked(), { type: "approve" }, person("Grace", { roles: [] }))).toBe(
      "approval_refused: This approval does not count: the gate board takes a key with the role approver; the key Grace has no role.",
    );
    expect(refusal(asked(), { type: "approve" }, person("Grace", { roles: ["reader"] }))).toContain("has reader");
  });

  test("is counted once for each key, until there are enough", () => {
    const first = approve(asked({ ...BOARD, count: 2 }), person("Grace"));
    expect(first.gates).toMatchObject([{ standing: "waiting" }]);
    const again = applyCommand(first, { type: "approve" }, contextOf(first, { person: person("Grace") }));
    expect(again).toEqual({ facts: [] });
    expect(approve(first, person("Heidi")).gates).toMatchObject([
      { standing: "passed", detail: "approved by Grace and Heidi" },
    ]);
  });

  test("is not needed by who objects: a denial by one keeps the rollout from going on", () => {
    const denied = commanded(asked(), { type: "deny" }, { person: person("Olga") });
    expect(denied.gates).toMatchObject([{ standing: "failed", detail: "denied by Olga" }]);
    expect(looked(denied, GO).holds).toEqual(["gate"]);
    expect(refusal(asked(), { type: "deny" }, person("Mallory", { roles: [] }))).toContain("approval_refused");
  });
});

describe("an override", () => {
  test("takes the place of proof and never of an approval", () => {
    const unproven = rampingAt(1, gated(BOARD));
    const wanted = commanded(unproven, { type: "promote" });
    expect(wanted).toMatchObject({ phase: "ramping", gates: [{ gate: "board", standing: "waiting" }] });
    expect(refusal(wanted, { type: "promote" }, person("Ada"))).toContain(
      "not of the gate board: one approval by a key with the role approver is missing",
    );
    const approved = approve(wanted, person("Grace"));
    expect(commanded(approved, { type: "promote" })).toMatchObject({
      phase: "promoting",
      promotion: { basis: "human_override" },
    });
  });

  test("goes past every other gate", () => {
    const failed = after(rampingAt(1, gated(commandGate("tests", "before_step"))), { type: "HoldSet", hold: "gate" });
    expect(commanded(failed, { type: "promote" }).phase).toBe("promoting");
  });
});

describe("a person's word on a gate", () => {
  const waiting = looked(openedRollout(gated(manualGate("legal", "before_start"), BOARD)), { gates: sights() });

  test("decides it either way", () => {
    const pass: GateCommand = { type: "gate", gate: "legal", verdict: "pass" };
    expect(looked(commanded(waiting, pass, { person: person("Grace") }), { gates: sights() }).phase).toBe("ramping");
    const fail: GateCommand = { type: "gate", gate: "legal", verdict: "fail" };
    const failed = commanded(waiting, fail, { person: person("Grace") });
    expect(failed.gates).toMatchObject([{ standing: "failed", detail: "Grace says that it failed" }]);
    expect(looked(failed, { gates: sights() }).startedAt).toBeNull();
  });

  test("is no approval, and says nothing of gates that were not asked, are unknown, or lie behind", () => {
    const pass = (gate: string): GateCommand => ({ type: "gate", gate, verdict: "pass" });
    expect(refusal(waiting, pass("board"), person("Grace"))).toContain("has not been asked yet");
    expect(refusal(waiting, pass("nobody"), person("Grace"))).toContain("it has legal, board");
    expect(refusal(asked(), pass("board"), person("Grace"))).toContain("approve or deny the rollout instead");
    const started = looked(commanded(waiting, pass("legal")), { gates: sights() });
    expect(refusal(started, { type: "gate", gate: "legal", verdict: "retry" }, person("Grace"))).toContain(
      "has passed the gate legal already",
    );
  });
});
