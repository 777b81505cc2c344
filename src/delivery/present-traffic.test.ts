import { expect, test } from "vitest";
import { callFacts } from "../../test/fixtures/call-facts.ts";
import type { CallFacts } from "../domain/call/call-record.ts";
import { presentTraffic } from "./present-traffic.ts";

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;
const CHANNEL = { endpoint: "bot", environment: "production" };

/** Calls a second apart until now; `sessionOf` says of which session each is. */
const calls = (count: number, sessionOf: (at: number) => string): readonly CallFacts[] =>
  Array.from({ length: count }, (_, index) =>
    callFacts({
      id: `call_${index}`,
      at: NOW - index * 1_000,
      session: { id: sessionOf(index), source: "header" },
    }),
  );

const traffic = (found: readonly CallFacts[]) => presentTraffic({ list: () => Promise.resolve(found) }, CHANNEL, NOW);

test("sessions that begin at present are told for a day", async () => {
  const found = await traffic(calls(201, (index) => `s${index}`));
  expect(found?.source).toBe("present");
  // One a second.
  expect(found?.sessionsPerDay).toBeGreaterThan(86_000);
  expect(found?.sessionsPerDay).toBeLessThan(88_000);
});

test("sessions that only go on do not count, and of few calls nothing is said", async () => {
  expect(await traffic(calls(200, (index) => `s${index % 10}`))).toBeNull();
  expect(await traffic(calls(15, (index) => `s${index}`))).toBeNull();
  expect(await traffic([])).toBeNull();
});
