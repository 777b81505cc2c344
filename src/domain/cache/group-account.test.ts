import { expect, test } from "vitest";
import { describeStanding, readAccount, writeAccount } from "./group-account.ts";
import { CERTIFICATION_OFF, reduceCertification } from "./semantic/certification.ts";
import { DEFAULT_TERMS } from "./semantic/certification-terms.ts";
import { standingOf } from "./semantic/standing.ts";
import type { Standing } from "./semantic/standing.ts";

const terms = { ...DEFAULT_TERMS, embedder: "e", judge: "j" };
const STANDING = standingOf(reduceCertification(CERTIFICATION_OFF, { type: "start", at: 1, terms }));
const CERTIFICATE = {
  threshold: 0.91234,
  n: 120,
  wrong: 2,
  upper: 0.0473,
  test: 1,
  alpha: 0.03,
  hitShare: 0.4,
  leastSimilarity: 0.7,
  at: 1,
};

test("an account comes back as it was, and what is none does not", () => {
  const account = { release: "faq@1", scope: "tenant acme", standing: STANDING };
  expect(readAccount(writeAccount(account))).toEqual(account);
  for (const text of ["", "{", "null", "[]", "{}", '{"release":"a","scope":"b","standing":{"phase":"ajar"}}'])
    expect(readAccount(text)).toBeNull();
});

test.each<[string, Standing]>([
  ["off", standingOf(CERTIFICATION_OFF)],
  ["collecting: 31 of at least 59 audits", { ...STANDING, audits: 31, missingAudits: 28 }],
  [
    "open at a score above 0.912: 2 wrong of 120 audits there, at most 4.7%",
    { ...STANDING, phase: "open", silence: null, missingAudits: null, certificate: CERTIFICATE },
  ],
  [
    "closed by too many wrong answers since 2026-11-21 14:05 UTC, collecting: 0 of at least 90 audits",
    {
      ...STANDING,
      phase: "closed",
      audits: 0,
      missingAudits: 90,
      closedBy: { reason: "errors", at: Date.UTC(2026, 10, 21, 14, 5) },
    },
  ],
  [
    "collecting: 100 of at least 140 audits, 3 wrong of 40 where it is surest",
    {
      ...STANDING,
      silence: "too-many-errors",
      audits: 100,
      missingAudits: 40,
      failed: { threshold: 0.9, n: 40, wrong: 3, upper: 0.2 },
    },
  ],
  [
    "collecting: 5 audits; no number of audits proves this bound",
    { ...STANDING, silence: "out-of-reach", audits: 5, missingAudits: null },
  ],
])("tells: %s", (told, standing) => {
  expect(describeStanding(standing)).toBe(told);
});
