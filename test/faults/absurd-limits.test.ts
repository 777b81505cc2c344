import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { loadProject } from "../../src/config/load.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const BASE = `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot: { models: [sim/good-2026-01-01] }
`;

async function statuses(more: string, count: number): Promise<readonly number[]> {
  running = await startServer({ "rollward.yaml": `${BASE}${more}` });
  const { url } = running;
  const call = async (): Promise<number> => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "support-bot", max_tokens: 5, messages: [{ role: "user", content: "Hello" }] }),
    });
    const told = JSON.stringify([...response.headers]);
    expect(told).not.toMatch(/NaN|Infinity|undefined|-\d+;|e\+/);
    await response.arrayBuffer();
    return response.status;
  };
  return Promise.all(Array.from({ length: count }, call));
}

describe("limits at the ends of what is allowed", () => {
  test("the largest let everybody in", async () => {
    const most = `limits:
  in_flight: 1000000
  rates:
    second: { per: key, requests: 1000000000/s, tokens: 1000000000/s, concurrent: 1000000, burst: 10000000, burst_tokens: 10000000 }
    day: { per: environment, requests: 1000000000/d, tokens: 1000000000/d }
  queue: { wait: 10m, calls: 100000 }
budgets:
  all: { per: environment, window: total, amount: 1000000 }
  user: { per: user, window: hour, amount: 1000000, at_limit: degrade }
`;
    expect(await statuses(most, 20)).toEqual(Array.from({ length: 20 }, () => 200));
  });

  test("the smallest let in one call, and say when the next may come", async () => {
    const met = await statuses("limits: { rates: { least: { per: environment, requests: 1/d, burst: 1 } } }\n", 5);
    expect(met.toSorted((one, other) => one - other)).toEqual([200, 429, 429, 429, 429]);
  });

  test("a budget of one pico-dollar pays nothing, and nobody is asked", async () => {
    const met = await statuses("budgets: { least: { per: key, window: total, amount: 0.000000000001 } }\n", 3);
    expect(met).toEqual([402, 402, 402]);
  });

  test("one call at a time means one", async () => {
    const met = await statuses(
      "limits: { rates: { one: { per: environment, concurrent: 1 } }, queue: { wait: 1m } }\n",
      6,
    );
    expect(met).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

/** Numbers as people and machines write them by mistake. */
const odd = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.bigInt().map(String),
  fc.constantFrom(
    "-1",
    "0",
    "-0",
    ".inf",
    "-.inf",
    ".nan",
    "1e309",
    "0x10",
    "1_000",
    "~",
    "''",
    "[]",
    "{}",
    "true",
    "60/m",
  ),
);

describe("limits that nobody can mean", () => {
  test("are refused with their place, or taken within the bounds; never anything else", () => {
    const keys = ["requests", "tokens", "concurrent", "burst", "burst_tokens"] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        odd,
        fc.constantFrom("", "/s", "/m", "/d", "k/m", "M/s"),
        (key, value, unit) => {
          const written = key === "requests" || key === "tokens" ? `${String(value)}${unit}` : String(value);
          const main = `${BASE}limits: { rates: { odd: { per: key, concurrent: 5, ${key}: ${written} } } }\n`.replace(
            /concurrent: 5, concurrent/,
            "concurrent",
          );
          const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
          if (!loaded.ok) {
            expect(loaded.mistakes.length).toBeGreaterThan(0);
            for (const { line, message } of loaded.mistakes)
              expect([line > 0, message.length > 0]).toEqual([true, true]);
            return;
          }
          for (const { requests, tokens, concurrent } of loaded.project.meters?.limits ?? []) {
            for (const rate of [requests, tokens]) {
              if (rate === null) continue;
              expect(Number.isSafeInteger(rate.amount) && rate.amount >= 1 && rate.amount <= 1e9).toBe(true);
              expect(Number.isSafeInteger(rate.burst) && rate.burst >= 1 && rate.burst <= rate.amount).toBe(true);
            }
            if (concurrent !== null)
              expect(Number.isSafeInteger(concurrent) && concurrent >= 1 && concurrent <= 1e6).toBe(true);
          }
        },
      ),
    );
  });

  test("amounts of money are exact and above nothing, or refused", () => {
    fc.assert(
      fc.property(odd, (value) => {
        const main = `${BASE}budgets: { odd: { per: key, window: day, amount: ${String(value)} } }\n`;
        const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
        if (!loaded.ok) {
          expect(loaded.mistakes.length).toBeGreaterThan(0);
          return;
        }
        const [budget] = loaded.project.meters?.budgets ?? [];
        expect(budget !== undefined && budget.limitPico > 0n && budget.limitPico <= 10n ** 18n).toBe(true);
      }),
    );
  });
});
