import { describe, expect, it } from "vitest";
import { INVARIANTS } from "./delivery/invariants.ts";
import { prove } from "./delivery/prove.ts";

/** A few seconds; `npm run prove -- --runs 100000` is the long search. */
const RUNS = 200;

describe("two replicas on one database", () => {
  it("keep every law through crashes between any two writes, partitions, slow and repeated messages and people", async () => {
    const { violation, ends } = await prove({ runs: RUNS });
    expect(violation).toBeNull();
    // A model that never gets anywhere would keep every law too.
    for (const end of ["completed", "rolled_back", "aborted", "superseded"]) {
      expect(
        [...ends.keys()].filter((name) => name.startsWith(end)),
        `${end} was reached`,
      ).not.toEqual([]);
    }
  });

  it("answer for all sixteen laws of the delivery reference, each with a sentence of its own", () => {
    const numbers = INVARIANTS.map(({ number }) => number);
    expect(numbers.filter((number) => number <= 16)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(new Set(INVARIANTS.map(({ sentence }) => sentence)).size).toBe(INVARIANTS.length);
  });
});
