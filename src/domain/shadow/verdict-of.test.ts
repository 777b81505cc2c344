import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { knownVerdict, verdictOf } from "./verdict-of.ts";
import type { ShadowPair, ShadowSide } from "./shadow-pair.ts";

const side = (failed: boolean): ShadowSide => ({
  call: "call_1",
  failed,
  refused: false,
  invalid: false,
  latencyMs: 1,
  firstTokenMs: null,
  outputTokens: 1,
  costPico: 1,
});

/** Which sides failed, and whether the answers are the same. */
interface Looks {
  readonly failed?: readonly ("stable" | "candidate")[];
  readonly isExact?: boolean | null;
  readonly excused?: boolean;
}

const pair = ({ failed = [], isExact = null, excused = false }: Looks): ShadowPair => ({
  at: 0,
  stable: side(failed.includes("stable")),
  candidate: side(failed.includes("candidate")),
  copyPico: "0",
  excused,
  change:
    isExact === null
      ? null
      : { isExact, similarity: isExact ? 1 : 0.5, hasNewStructure: null, usesTools: false, tools: "same" },
});

describe("a pair", () => {
  test("is asked about only where both sides have answered, and otherwise than the other", () => {
    expect(knownVerdict(pair({ isExact: false }))).toBeNull();
    expect(knownVerdict(pair({ isExact: true }))).toBe("tie");
    expect(knownVerdict(pair({ failed: ["stable"] }))).toBe("candidate");
    expect(knownVerdict(pair({ failed: ["candidate"] }))).toBe("stable");
    expect(knownVerdict(pair({ failed: ["stable", "candidate"] }))).toBe("nothing");
    expect(knownVerdict(pair({ isExact: false, excused: true }))).toBe("nothing");
  });

  test("is won by who is preferred in both orders; everything else is a tie, and a flip where the place was preferred", () => {
    expect(verdictOf("first", "second")).toEqual({ verdict: "stable", isFlipped: false });
    expect(verdictOf("second", "first")).toEqual({ verdict: "candidate", isFlipped: false });
    expect(verdictOf("first", "first")).toEqual({ verdict: "tie", isFlipped: true });
    expect(verdictOf("second", "second")).toEqual({ verdict: "tie", isFlipped: true });
    expect(verdictOf("tie", "first")).toEqual({ verdict: "tie", isFlipped: false });
  });

  test("is won by the other side when both answers change their places", () => {
    const preference = fc.constantFrom("first", "second", "tie" as const);
    const turned = { candidate: "stable", stable: "candidate", tie: "tie" } as const;
    fc.assert(
      fc.property(preference, preference, (one, other) => {
        const { verdict, isFlipped } = verdictOf(one, other);
        expect(verdictOf(other, one)).toEqual({ verdict: turned[verdict], isFlipped });
      }),
    );
  });
});
