import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { MemoryClaims } from "./memory-claims.ts";

const place = (index: number) => ({ endpoint: "faq", key: String(index) });

test("claims beyond the bound are given to everybody until others have lapsed, and take no memory", () => {
  const clock = new HandClock();
  const claims = new MemoryClaims(clock);
  for (let index = 0; index < 10_000; index += 1) claims.claim(place(index), 1_000, "one");
  expect(claims.claim(place(0), 1_000, "two").state).toBe("taken");
  expect(claims.claim(place(10_000), 1_000, "one").state).toBe("ours");
  expect(claims.claim(place(10_000), 1_000, "two").state).toBe("ours");
  clock.advance(1_001);
  expect(claims.claim(place(10_000), 1_000, "one").state).toBe("ours");
  expect(claims.claim(place(10_000), 1_000, "two").state).toBe("taken");
});
