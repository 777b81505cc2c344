import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { BOUNDED_LAMBDA, HARM_RATIO, NO_WORSE_RATIO, RANK_LAMBDA } from "../../src/domain/evidence/grids.ts";
import { CHECKS } from "./evidence-oracle-checks.ts";

interface Oracle {
  readonly id: string;
  readonly group: string;
  readonly inputs: never;
  readonly expected: unknown;
  readonly tolerance: { readonly abs?: number; readonly rel?: number };
}

interface OracleFile {
  readonly oracles: readonly Oracle[];
  readonly grids: Readonly<Record<string, readonly number[]>>;
}

const FILE = JSON.parse(
  readFileSync(new URL("../fixtures/oracles/delivery.json", import.meta.url), "utf8"),
) as OracleFile;

/** Oracles of things that this product does not have, by the beginning of their id, with the reason. */
const NOT_BUILT: Readonly<Record<string, string>> = {
  "confseq.": "not built: time-uniform boundaries for i.i.d. data; quantile bands for display may come later",
  "growthbook.hash.": "not built: bucketing of another product; assignment here is HMAC-SHA256",
  "growthbook.bucket-range.": "not built: bucket ranges of another product; intervals here are [0, w)",
  "growthbook.bayesian.": "not built: no decision or display here is Bayesian",
  "spotify.": "not built: group-sequential bounds need a known sample size; for comparison only",
  "tensorzero.": "not built: another form of the margin; the exact one is checked",
};

/** Expected fields of oracles that are otherwise checked, with the reason why these are not. */
const NOT_BUILT_FIELDS: Readonly<Record<string, string>> = {
  pValue: "not built: e-values are shown, p-values never are",
  tensorzeroDefault: "not built: another product's approximation",
  clipped: "not built: no reading carries the share of clipped sessions yet",
};

const reasonNotBuilt = (id: string): string | undefined =>
  Object.entries(NOT_BUILT).find(([prefix]) => id.startsWith(prefix))?.[1];

/** Where the actual value misses the expected one; `null` in an expected single value stands for minus infinity. */
function misses(actual: unknown, expected: unknown, tolerance: Oracle["tolerance"]): readonly string[] {
  if (Array.isArray(expected)) {
    const values: readonly unknown[] = Array.isArray(actual) ? actual : [];
    if (values.length !== expected.length) return [`${values.length} values instead of ${expected.length}`];
    return expected.flatMap((value, index) => misses(values[index], value, tolerance));
  }
  if (typeof expected === "object" && expected !== null) {
    const fields = actual as Readonly<Record<string, unknown>>;
    return Object.entries(expected)
      .filter(([field]) => !(field in NOT_BUILT_FIELDS))
      .flatMap(([field, value]) => misses(fields[field], value, tolerance).map((miss) => `${field}: ${miss}`));
  }
  const isMatch = typeof expected === "number" ? isNear(actual, expected, tolerance) : actual === (expected ?? -Infinity);
  return isMatch ? [] : [`${String(actual)} instead of ${String(expected)}`];
}

function isNear(actual: unknown, expected: number, { abs = 0, rel = 0 }: Oracle["tolerance"]): boolean {
  if (typeof actual !== "number") return false;
  const distance = Math.abs(actual - expected);
  return distance <= abs || distance <= rel * Math.abs(expected);
}

const built = FILE.oracles.filter(({ id }) => reasonNotBuilt(id) === undefined);
let ran = 0;

describe("the oracles of delivery.json", () => {
  it.each(built)("$id matches to its tolerance", ({ id, group, inputs, expected, tolerance }) => {
    const check = CHECKS[group];
    if (check === undefined) throw new Error(`The group ${group} is neither checked nor listed as not built.`);
    expect(misses(check(inputs, id), expected, tolerance)).toEqual([]);
    ran += 1;
  });

  it("has every oracle either checked or listed with the reason why it is not built", () => {
    const unused = Object.keys(NOT_BUILT).filter((prefix) => !FILE.oracles.some(({ id }) => id.startsWith(prefix)));
    expect(unused).toEqual([]);
    expect(built.filter(({ group }) => !(group in CHECKS))).toEqual([]);
    expect(built.length).toBeGreaterThanOrEqual(100);
  });

  it("uses the grids that the product uses", () => {
    expect(FILE.grids).toEqual({
      harmRatio: HARM_RATIO,
      niRatio: NO_WORSE_RATIO,
      rankLambda: RANK_LAMBDA,
      boundedLambda: BOUNDED_LAMBDA,
    });
  });

  afterAll(() => {
    console.info(`${ran} of ${FILE.oracles.length} oracles ran; ${FILE.oracles.length - built.length} are not built.`);
  });
});
