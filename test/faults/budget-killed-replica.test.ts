import { describe, expect, test } from "vitest";
import { startPaidProvider } from "../../bench/budget/paid-provider.ts";
import { playRun } from "../../bench/budget/play-run.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];
const HAS_BOTH = process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined && VALKEY_URL !== undefined;

/** USD: some 2,000 calls. `npm run bench:budget` plays a dollar with 200 clients, twenty times. */
const AMOUNT = 0.2;
const LIMIT_PICO = 200_000_000_000n;

describe.runIf(HAS_BOTH)("three servers in processes of their own on one budget", () => {
  test.each([false, true])(
    "settle no more than it is and nearly all of it, also where one is killed in the middle (%s)",
    async (killed) => {
      const provider = await startPaidProvider();
      try {
        const { settledPico, heldPico, seen } = await playRun(provider, {
          killed,
          valkeyUrl: VALKEY_URL ?? "",
          clients: 40,
          amount: AMOUNT,
        });
        expect(settledPico).toBeLessThanOrEqual(LIMIT_PICO);
        // What a killed server held stays held: with so small a budget that is a few percent.
        expect(settledPico).toBeGreaterThanOrEqual((LIMIT_PICO * (killed ? 90n : 95n)) / 100n);
        expect(settledPico + heldPico).toBeGreaterThanOrEqual((LIMIT_PICO * 95n) / 100n);
        expect(heldPico > 0n).toBe(killed);
        expect(seen.left).toBeGreaterThan(0);
        expect(seen.broken > 0).toBe(killed);
      } finally {
        await provider.close();
      }
    },
    300_000,
  );
});
