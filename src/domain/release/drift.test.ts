import { describe, expect, test } from "vitest";
import { opening } from "../../../test/contracts/store-samples.ts";
import type { Rollout } from "../rollout/rollout.ts";
import type { Told } from "../rollout/told.ts";
import { endpointDrift } from "./drift.ts";
import type { DriftRelease, EndpointState } from "./drift.ts";

const release = (number: number, overrides: Partial<DriftRelease> = {}): DriftRelease => ({
  id: `rel_${number}`,
  name: `bot@${number}`,
  digest: `digest ${number}`,
  origin: null,
  ...overrides,
});

const [ONE, TWO, THREE] = [release(1), release(2), release(3)];

const rolloutOf = (overrides: Partial<Rollout>): Rollout => ({
  ...opening("bot").rollout,
  stable: ONE.id,
  candidate: TWO.id,
  endedAt: 50,
  ...overrides,
});

const state = (overrides: Partial<EndpointState> = {}): EndpointState => ({
  endpoint: "bot",
  environment: "production",
  wanted: TWO.digest,
  isPromotedOnly: false,
  stable: ONE,
  candidate: null,
  rollouts: [],
  releases: new Map([ONE, TWO, THREE].map((one) => [one.id, one])),
  appliedAt: 10,
  branch: "main",
  ...overrides,
});

const said = (telling: Told["telling"], at: number): Told => ({ telling, by: "Ada", reason: "because", at });

const told = (overrides: Partial<EndpointState>) =>
  endpointDrift(state(overrides)).map(({ kind, what, by, why }) => ({ kind, what, by, why }));

describe("what drift says of an endpoint", () => {
  test("nothing while what the repository has is stable or on its way", () => {
    expect(told({ stable: TWO })).toEqual([]);
    expect(told({ candidate: TWO })).toEqual([]);
  });

  test("that a candidate was harmful, by the machine and with the metric", () => {
    const harm = { metric: "errors", logR: 5, candidateSessions: 30 } as const;
    expect(told({ rollouts: [rolloutOf({ phase: "rolled_back", outcome: "harm", harm })] })).toEqual([
      {
        kind: "withdrawn",
        what: "bot@2, which the repository has, was rolled back: production serves bot@1.",
        by: "rollward",
        why: "The evidence shows harm in errors.",
      },
    ]);
  });

  test.each([
    ["aborted", "was aborted", "abort"],
    ["rolling_back", "was rolled back", "rollback"],
    ["superseded", "was superseded by another release", "supersede"],
    ["cancelled", "was cancelled before it started", "cancel"],
  ] as const)("that a rollout which is %s went away, once and with who did it", (phase, words, telling) => {
    const rollout = rolloutOf({ phase, told: [said("hold", 20), said(telling, 30)] });
    expect(told({ rollouts: [rollout] })).toEqual([
      {
        kind: "withdrawn",
        what: `bot@2, which the repository has, ${words}: production serves bot@1.`,
        by: "Ada",
        why: "because",
      },
    ]);
  });

  test("what people told since the last apply, and no more than still lasts", () => {
    const rollout = rolloutOf({
      phase: "ramping",
      holds: ["manual"],
      told: [said("promote", 5), said("resume", 20), said("hold", 30), said("approve", 40)],
    });
    expect(told({ candidate: TWO, rollouts: [rollout] }).map(({ what }) => what)).toEqual(["bot@2 is held by hand."]);
    expect(told({ candidate: TWO, rollouts: [{ ...rollout, holds: [] }] })).toEqual([]);
    expect(told({ candidate: TWO, rollouts: [rollout], appliedAt: 30 })).toEqual([]);
    expect(told({ candidate: TWO, rollouts: [rollout], appliedAt: null })).toHaveLength(2);
  });

  test("that a release came from another branch or environment, and which", () => {
    const origin = {
      releaseId: THREE.id,
      environment: "production",
      parent: null,
      at: 20,
      by: "Grace",
      reason: "It was promoted from staging.",
      origin: null,
    };
    expect(told({ stable: release(3, { origin }) })).toEqual([
      {
        kind: "other-release",
        what: "production serves bot@3; the repository is on main.",
        by: "Grace",
        why: "It was promoted from staging.",
      },
    ]);
    const facts = {
      commit: "beef",
      isDirty: false,
      branch: "hotfix",
      author: null,
      pullRequest: null,
      repository: null,
      dataSet: null,
      evalRun: null,
    };
    const applied = { ...origin, reason: null, origin: facts };
    expect(told({ candidate: release(3, { origin: applied }) })[0]?.what).toBe(
      "production is on the way to bot@3 (commit beef on hotfix); the repository is on main.",
    );
    expect(told({ stable: release(3, { origin: applied }), branch: null })[0]?.kind).toBe("not-applied");
  });

  test("nothing of the content where releases come by promotion alone, but what was told by hand", () => {
    expect(told({ isPromotedOnly: true })).toEqual([]);
    expect(told({ isPromotedOnly: true, stable: null })).toEqual([]);
    const rollout = rolloutOf({ phase: "completed", told: [said("promote", 30)] });
    expect(told({ isPromotedOnly: true, rollouts: [rollout] }).map(({ kind }) => kind)).toEqual(["override"]);
  });

  test("that one of both does not have the endpoint", () => {
    expect(told({ wanted: null })[0]?.what).toBe("production serves bot@1; the repository has no such endpoint.");
    expect(told({ stable: null })[0]?.what).toBe("The repository has the endpoint; production does not.");
    expect(told({ wanted: null, stable: null })).toEqual([]);
  });
});
