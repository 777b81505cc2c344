import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../bench/evidence/random.ts";
import { readCertification, writeCertification } from "./certification-json.ts";
import { DEFAULT_TERMS } from "./certification-terms.ts";
import type { CertificationTerms } from "./certification-terms.ts";
import { auditRate, CERTIFICATION_OFF, reduceCertification } from "./certification.ts";
import type { Certification, CertificationEvent } from "./certification.ts";
import { decideHit } from "./decide-hit.ts";
import { auditsNeeded } from "./exact-bounds.ts";
import { FEATURE_NAMES } from "./pair-features.ts";
import { isRefitDue } from "./refit.ts";
import { standingOf } from "./standing.ts";

const TERMS: CertificationTerms = { ...DEFAULT_TERMS, embedder: "test/2", judge: "judge-1" };

const start = (terms: Partial<CertificationTerms> = {}): CertificationEvent => ({
  type: "start",
  at: 1,
  terms: { ...TERMS, ...terms },
});

/** Features of a pair whose first one is `similarity` and whose others say nothing. */
const featuresOf = (similarity: number): readonly number[] =>
  FEATURE_NAMES.map((_, at) => (at === 0 ? Math.round(similarity * 1e4) / 1e4 : 0));

const audit = (id: string, similarity: number, isCorrect: boolean): CertificationEvent => ({
  type: "audit",
  at: 2,
  id,
  embedder: TERMS.embedder,
  judge: TERMS.judge,
  features: featuresOf(similarity),
  isCorrect,
});

const fold = (state: Certification, events: Iterable<CertificationEvent>): Certification => {
  let next = state;
  for (const event of events) {
    next = reduceCertification(next, event);
    if (isRefitDue(next)) next = reduceCertification(next, { type: "refit", at: 3 });
  }
  return next;
};

/** Audits of a world in which a pair is right exactly where its similarity is above one half. */
function* clearAudits(count: number, name: string): Generator<CertificationEvent> {
  const random = new Random(7, name);
  for (let at = 0; at < count; at += 1) {
    const similarity = random.uniform();
    yield audit(`${name}-${at}`, similarity, similarity > 0.5);
  }
}

const opened = fold(reduceCertification(CERTIFICATION_OFF, start()), clearAudits(2_000, "open"));

describe("a certification", () => {
  test("opens on audits that are all alike and all right, after no more of them than it said", () => {
    let state = reduceCertification(CERTIFICATION_OFF, start({ bound: 0.2 }));
    const said = standingOf(fold(state, [audit("first", 0.9, true)])).missingAudits ?? 0;
    for (let at = 0; state.phase !== "open" && at < 1_000; at += 1)
      state = fold(state, [audit(`same-${at}`, 0.9, true)]);
    expect(state.phase).toBe("open");
    // How the audits divide between the halves is chance: 99.9 % of the time within three standard deviations.
    expect(standingOf(state).audits).toBeLessThan(said + 3 * Math.sqrt(said) + 10);
    expect(decideHit(state, featuresOf(0.9)).serves).toBe(true);
    expect(decideHit(state, featuresOf(0.2)).serves).toBe(false);
  });

  test("is off until it is started, and then says how many audits are missing", () => {
    expect(standingOf(CERTIFICATION_OFF)).toMatchObject({ phase: "off", silence: "off", missingAudits: null });
    expect(auditRate(CERTIFICATION_OFF)).toBe(0);
    const state = reduceCertification(CERTIFICATION_OFF, start());
    const standing = standingOf(state);
    expect(standing).toMatchObject({ phase: "collecting", silence: "needs-audits", audits: 0 });
    expect(standing.missingAudits).toBeGreaterThanOrEqual(auditsNeeded(0.05, 0.05));
    expect(auditRate(state)).toBe(1);
    expect(decideHit(state, featuresOf(1))).toMatchObject({ serves: false, reason: "collecting" });
  });

  test("opens on clear evidence, and then serves what lies clearly on the right side", () => {
    expect(opened.phase).toBe("open");
    expect(auditRate(opened)).toBe(0.05);
    expect(decideHit(opened, featuresOf(0.95)).serves).toBe(true);
    expect(decideHit(opened, featuresOf(0.3))).toMatchObject({ serves: false, reason: "below" });
    const { certificate, silence, missingAudits } = standingOf(opened);
    expect([silence, missingAudits]).toEqual([null, null]);
    expect(certificate?.upper).toBeLessThanOrEqual(0.05);
    expect(certificate?.hitShare).toBeGreaterThan(0.3);
  });

  test("a caller may raise the threshold and never lower it", () => {
    const { threshold } = decideHit(opened, featuresOf(0.95));
    expect(decideHit(opened, featuresOf(0.95), 1).serves).toBe(false);
    expect(decideHit(opened, featuresOf(0.95), -5).threshold).toBe(threshold);
  });

  test("never opens with fewer certifying audits than the bound needs, whatever comes in", () => {
    const bounds = fc.constantFrom(0.02, 0.05, 0.1, 0.2);
    const labels = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), fc.boolean()), {
      maxLength: 250,
    });
    fc.assert(
      fc.property(bounds, labels, fc.string({ maxLength: 5 }), (bound, some, salt) => {
        let state = reduceCertification(CERTIFICATION_OFF, start({ bound }));
        for (const [at, [similarity, isCorrect, isAudit]] of some.entries()) {
          const features = featuresOf(similarity);
          const event: CertificationEvent = isAudit
            ? audit(`${salt}${at}`, similarity, isCorrect || similarity > 0.3)
            : { type: "label", at: 0, embedder: TERMS.embedder, features, isCorrect: true };
          state = fold(state, [event]);
          if (state.certified <= auditsNeeded(bound, TERMS.alpha)) expect(state.phase).not.toBe("open");
        }
      }),
      { numRuns: 60 },
    );
  });

  test("labels that are no random audits train it and never certify it", () => {
    const label = (similarity: number): CertificationEvent => ({
      type: "label",
      at: 0,
      embedder: TERMS.embedder,
      features: featuresOf(similarity),
      isCorrect: true,
    });
    const state = fold(
      reduceCertification(CERTIFICATION_OFF, start()),
      Array.from({ length: 3_000 }, (_, at) => label(at / 3_000)),
    );
    expect(state).toMatchObject({ phase: "collecting", audits: 0, certifying: [] });
    expect(state.training).toHaveLength(TERMS.trainingWindow);
  });

  test("keeps no more events than its windows hold", () => {
    const state = fold(
      reduceCertification(CERTIFICATION_OFF, start({ trainingWindow: 50, certifyingWindow: 80 })),
      clearAudits(600, "window"),
    );
    expect([state.training.length, state.certifying.length, state.audits]).toEqual([50, 80, 600]);
  });

  test("says that a bound is out of reach which its windows or its judge can never prove", () => {
    const narrow = reduceCertification(CERTIFICATION_OFF, start({ bound: 0.01, certifyingWindow: 200 }));
    expect(standingOf(narrow)).toMatchObject({ silence: "out-of-reach", missingAudits: null });
    const calibration = { wrongSeen: 20, wrongFlagged: 10, rightSeen: 20, rightPassed: 10 };
    const guessing = reduceCertification(CERTIFICATION_OFF, start({ calibration }));
    expect(standingOf(guessing).silence).toBe("out-of-reach");
  });

  test("stays closed where errors are everywhere, and says so", () => {
    const random = new Random(3, "noise");
    const noise = Array.from({ length: 1_500 }, (_, at) => audit(`n${at}`, random.uniform(), random.chance(0.7)));
    const state = fold(reduceCertification(CERTIFICATION_OFF, start()), noise);
    expect(state.phase).toBe("collecting");
    expect(standingOf(state).silence).toBe("too-many-errors");
    // The score itself sees that no cut would pass, so no test is wasted.
    expect(state.tests).toBeLessThanOrEqual(2);
  });
});

describe("an open certification", () => {
  test("closes within a few audits when every hit turns wrong, forgets what certified it, and collects again", () => {
    let state = opened;
    let audits = 0;
    for (; state.phase === "open" && audits < 50; audits += 1) {
      state = reduceCertification(state, audit(`d${audits}`, 0.95, false));
    }
    expect(audits).toBeLessThanOrEqual(5);
    expect(state).toMatchObject({
      phase: "closed",
      certificate: null,
      certifying: [],
      closedBy: { reason: "errors", at: 2 },
    });
    expect(decideHit(state, featuresOf(0.99)).reason).toBe("closed");
    const again = reduceCertification(state, audit("next", 0.9, true));
    expect(again.phase).toBe("collecting");
    expect(standingOf(again).closedBy?.reason).toBe("errors");
    expect(again.tests).toBe(opened.tests);
    expect(fold(again, clearAudits(3_000, "again")).phase).toBe("open");
  });

  test("is not alarmed by errors below its threshold, nor by right ones above it", () => {
    let state = opened;
    for (let at = 0; at < 200; at += 1)
      state = reduceCertification(state, audit(`q${at}`, at % 2 === 0 ? 0.95 : 0.1, at % 2 === 0));
    expect(state.phase).toBe("open");
    expect(standingOf(state).alarm).toBe(0);
  });

  test("loses all evidence to another judge and to another embedder", () => {
    for (const [change, reason] of [
      [{ judge: "judge-2" }, "judge"],
      [{ embedder: "other/2" }, "embedder"],
      [{ calibration: { wrongSeen: 9, wrongFlagged: 9, rightSeen: 9, rightPassed: 9 } }, "judge"],
    ] as const) {
      const state = reduceCertification(opened, start(change));
      expect(state).toMatchObject({ phase: "closed", training: [], certifying: [], closedBy: { reason } });
    }
    const stale = reduceCertification(opened, { ...audit("x", 0.5, true), judge: "judge-0" } as CertificationEvent);
    expect(stale).toBe(opened);
  });

  test("goes on under a looser bound, and closes under one that it has not proved", () => {
    const looser = reduceCertification(opened, start({ bound: 0.1 }));
    expect([looser.phase, looser.certificate]).toEqual(["open", opened.certificate]);
    const tighter = reduceCertification(opened, start({ bound: 0.001 }));
    expect(tighter).toMatchObject({ phase: "closed", closedBy: { reason: "bound" } });
    expect(tighter.certifying).toEqual(opened.certifying);
  });

  test("is closed by hand, and off is off", () => {
    const closed = reduceCertification(opened, { type: "alarm", at: 9, reason: "operator" });
    expect(closed).toMatchObject({ phase: "closed", closedBy: { reason: "operator", at: 9 } });
    expect(reduceCertification(opened, { type: "stop", at: 9 })).toBe(CERTIFICATION_OFF);
  });
});

describe("the state", () => {
  test("survives being written and read at any moment", () => {
    for (const state of [CERTIFICATION_OFF, reduceCertification(CERTIFICATION_OFF, start()), opened]) {
      expect(readCertification(writeCertification(state))).toEqual(state);
    }
    const restored = readCertification(writeCertification(opened)) as Certification;
    expect(fold(restored, clearAudits(500, "more"))).toEqual(fold(opened, clearAudits(500, "more")));
  });

  test("is nothing at all when it is damaged: it must not let answers through", () => {
    const text = writeCertification(opened);
    for (const damaged of [
      "",
      "{}",
      "null",
      "[]",
      text.slice(0, -5),
      text.replace("certification/1", "certification/9"),
    ]) {
      expect(readCertification(damaged)).toBeNull();
    }
    const json = JSON.parse(text) as Record<string, unknown>;
    for (const change of [
      { certificate: null },
      { certificate: { ...(json["certificate"] as object), threshold: null } },
      {
        certificate: { ...(json["certificate"] as object), model: { bias: 1, weights: [1], means: [0], scales: [1] } },
      },
      { training: "AAAA" },
      { training: [[1, 2]] },
      { certifying: "x" },
      { certifying: "/".repeat(128) },
      { terms: { ...(json["terms"] as object), bound: 7 } },
      { phase: "wide open" },
      { tests: -1 },
      { alarm: [] },
    ]) {
      expect(readCertification(JSON.stringify({ ...json, ...change }))).toBeNull();
    }
  });

  test("refuses terms that are none", () => {
    for (const terms of [
      { bound: 0 },
      { bound: 0.9 },
      { alpha: Number.NaN },
      { openRate: 0 },
      { certifyingWindow: 1e9 },
    ]) {
      expect(() => reduceCertification(CERTIFICATION_OFF, start(terms))).toThrow(RangeError);
    }
  });
});
