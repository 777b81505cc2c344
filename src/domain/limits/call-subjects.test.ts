import { describe, expect, test } from "vitest";
import { isAbout, subjectOf } from "./call-subjects.ts";
import type { CallSubjects } from "./call-subjects.ts";

const CALL: CallSubjects = {
  environment: "production",
  tenant: "acme",
  keyId: "key_1",
  user: "ada",
  endpoint: "support-bot",
  model: "openai/gpt-x",
};

describe("whose call it is", () => {
  test("users of two tenants, or of two keys without one, are never the same", () => {
    const same = [
      subjectOf("user", CALL),
      subjectOf("user", { ...CALL, tenant: "other" }),
      subjectOf("user", { ...CALL, tenant: null }),
      subjectOf("user", { ...CALL, tenant: null, keyId: "key_2" }),
    ];
    expect(new Set(same).size).toBe(4);
    expect(subjectOf("user", { ...CALL, keyId: "key_2" })).toBe(subjectOf("user", CALL));
  });

  test("who names no user is a user, and long names stay apart and short", () => {
    expect(subjectOf("user", { ...CALL, user: null })).toBe("acme:");
    const [one, other] = ["a", "b"].map((end) => subjectOf("user", { ...CALL, user: "x".repeat(5_000) + end }));
    expect(one).not.toBe(other);
    expect(one?.length).toBeLessThan(200);
  });

  test("users whose names become one in a database are one", () => {
    const spelled = ["a\u0000\ud800", "a\u2400\ufffd", "a\u0000\ufffd"].map((user) =>
      subjectOf("user", { ...CALL, user }),
    );
    expect(new Set(spelled).size).toBe(1);
  });

  test("a rule is about a call when every list that it has holds the call's own", () => {
    expect(isAbout({}, CALL)).toBe(true);
    expect(isAbout({ tenants: ["acme"], endpoints: ["support-bot"] }, CALL)).toBe(true);
    expect(isAbout({ tenants: ["acme"], endpoints: ["other"] }, CALL)).toBe(false);
    expect(isAbout({ endpoints: ["support-bot"] }, { ...CALL, endpoint: null })).toBe(false);
  });
});
