import { describe, expect, test } from "vitest";
import { rollBackAction } from "./roll-back-action.ts";
import type { RollBackTerms } from "./roll-back-action.ts";

const RELEASES = { candidate: "bot@3", stable: "bot@2" } as const;
const said = (terms: RollBackTerms) => rollBackAction("bot", terms);

describe("what rolling back says", () => {
  test.each([
    ["next_turn", "everybody gets bot@2. Answers"],
    ["keep", "new sessions get bot@2, and those that began on bot@3 may finish on it. Answers"],
    ["terminate", "new sessions get bot@2, and those that began on bot@3 are ended with an error. Answers"],
  ] as const)("tells what becomes of the candidate's sessions where the plan says %s", (sessions, words) => {
    expect(said({ ...RELEASES, way: "ramping", weight: 0.05, sessions }).effect).toContain(words);
    expect(said({ ...RELEASES, way: "promoted", sessions }).effect).toContain(words);
  });

  test("names the release that it takes back in its request, and asks to go further only where it says so", () => {
    const path = "/api/endpoints/bot/rollback";
    const back = { way: "return", candidate: "bot@2", stable: "bot@1", isGone: false } as const;
    expect(said({ ...back, taken: null }).request).toEqual({ path, body: { from: "bot@2" } });
    const taken = { release: "bot@3", at: Date.UTC(2026, 10, 21, 2, 51), by: "Ada" };
    const further = said({ ...back, taken });
    expect(further.request).toEqual({ path, body: { from: "bot@2", again: true } });
    expect(further.effect).toMatch(/^bot@3 was already rolled back by Ada at 02:51 UTC, and bot is served by bot@2\. /);
  });

  test("offers nothing for a candidate that is leaving already", () => {
    const action = said({ ...RELEASES, way: "leaving" });
    expect(action.request).toBeNull();
    expect(action.whyNot).toMatch(/^bot@3 is being rolled back already: new sessions of bot get bot@2/);
  });
});
