import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemorySeriesStore } from "../../adapters/stores/memory/memory-series-store.ts";
import { alertSettings } from "../../../test/fixtures/alert-world.ts";
import { openTally } from "../../domain/series/tally.ts";
import type { SeriesQuery, SeriesStore } from "../../ports/series-store.ts";
import { backtestRules } from "./backtest-rules.ts";
import { PastFacts } from "./past-facts.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21);

let sequence = 0;

/** A minute of a hundred calls. */
async function minute(
  series: SeriesStore,
  at: number,
  { faults = 0, refused = 0, costPico = 0n, endpoint = "bot", arm = "stable" } = {},
): Promise<void> {
  sequence += 1;
  const members = {
    environment: "production",
    endpoint,
    release: `${endpoint}@1`,
    arm,
    tier: "primary",
    model: "sim/m",
  };
  const sharedRefusals = { ...(refused > 0 && { "budget:company": refused }) };
  const tally = { ...openTally(), calls: 100, faults, failed: faults + refused, sharedRefusals, costPico };
  await series.add({ replicaId: "rep_1", sequence, cells: [{ start: at, members, tally }] });
}

const run = (series: SeriesStore, query: Parameters<typeof backtestRules>[1], text = "") => {
  const settings = alertSettings(text);
  return backtestRules({ environment: "production", series, settings, endpoints: ["bot"], now: NOW }, query);
};

describe("a backtest of rules", () => {
  test("says that a rule would have fired three times last month, when and for how long", async () => {
    const series = createMemorySeriesStore(100_000);
    const bad = new Set([2, 9, 20].map((day) => NOW - day * 24 * HOUR));
    for (let at = NOW - 30 * 24 * HOUR; at < NOW; at += HOUR)
      await minute(series, at, { faults: bad.has(at) ? 40 : 0 });
    const { rules, notKnown, stepMs, since } = await run(series, { days: 30 });
    const many = rules.find(({ rule }) => rule.name === "errors-many");
    expect(many?.episodes).toHaveLength(3);
    expect(many?.episodes[2]).toMatchObject({
      endpoint: "bot",
      from: NOW - 2 * 24 * HOUR + HOUR,
      summary: expect.stringContaining("40 %") as string,
    });
    expect(stepMs).toBe(HOUR);
    expect(since).toBe(NOW - 30 * 24 * HOUR);
    expect(notKnown).toContain("provider-trouble");
  });

  test("looks every five minutes at the last day, as the rule itself would have", async () => {
    const series = createMemorySeriesStore(100_000);
    for (let at = NOW - 24 * HOUR; at < NOW; at += 60_000) {
      const into = at - (NOW - 10 * HOUR);
      await minute(series, at, { faults: into >= 0 && into < 10 * 60_000 ? 40 : 0 });
    }
    const { rules } = await run(series, { days: 1, rule: "errors-many" });
    const [{ episodes } = { episodes: [] }] = rules;
    expect(episodes).toHaveLength(1);
    const [episode] = episodes;
    expect((episode?.until ?? 0) - (episode?.from ?? 0)).toBeLessThanOrEqual(20 * 60_000);
  });

  test("tries another bound, and only the rule that is named", async () => {
    const series = createMemorySeriesStore(100_000);
    for (let at = NOW - 48 * HOUR; at < NOW; at += HOUR)
      await minute(series, at, { faults: at === NOW - 30 * HOUR ? 10 : 0 });
    const fired = async (bound?: number) => {
      const { rules } = await run(series, { days: 2, rule: "errors-many", ...(bound !== undefined && { bound }) });
      expect(rules).toHaveLength(1);
      return rules[0]?.episodes.length;
    };
    expect(await fired()).toBe(0);
    expect(await fired(0.05)).toBe(1);
    expect(await fired(0.1)).toBe(0);
  });

  test("knows what budgets of all callers have refused, which service levels promise as well unless they say otherwise", async () => {
    const series = createMemorySeriesStore(100_000);
    for (let at = NOW - 24 * HOUR; at < NOW; at += 60_000)
      await minute(series, at, { refused: at >= NOW - 3 * HOUR && at < NOW - 2 * HOUR ? 90 : 0 });
    const slo = (name: string, more = ""): string =>
      `  ${name}: { endpoint: bot, indicator: availability, objective: 99%${more} }\n`;
    const { rules } = await run(series, { days: 1 }, `slos:\n${slo("all")}${slo("own", ", refusals: ignored")}`);
    const fired = new Map(rules.map(({ rule, episodes }) => [rule.name, episodes.length]));
    expect(fired.get("calls-refused")).toBe(1);
    expect(fired.get("errors-many")).toBe(0);
    expect(fired.get("slo:all:page-quick")).toBe(1);
    expect(fired.get("slo:own:page-quick")).toBe(0);
  });

  test("knows service levels and baselines as well", async () => {
    const series = createMemorySeriesStore(100_000);
    for (let at = NOW - 20 * 24 * HOUR; at < NOW; at += HOUR) {
      const isOdd = at === NOW - 5 * HOUR;
      const noise = BigInt((at / HOUR) % 3) * 10n ** 10n;
      await minute(series, at, { faults: isOdd ? 90 : 0, costPico: isOdd ? 50n * 10n ** 12n : 10n ** 12n + noise });
    }
    const { rules } = await run(
      series,
      { days: 7 },
      "slos: { s: { endpoint: bot, indicator: availability, objective: 99% } }\n",
    );
    const fired = new Map(rules.map(({ rule, episodes }) => [rule.name, episodes.length]));
    expect(fired.get("cost-unusual")).toBe(1);
    expect(fired.get("slo:s:page-quick")).toBe(1);
    expect(fired.get("slo:s:ticket-slow")).toBe(1);
  });

  test("adds up every window anew as it moves on, whichever sides and gaps there are", async () => {
    const draw = fc.record({
      hour: fc.integer({ min: 1, max: 9 * 24 }),
      arm: fc.constantFrom("stable", "candidate"),
      faults: fc.integer({ min: 0, max: 100 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(draw, { selector: ({ hour, arm }) => `${hour} ${arm}`, maxLength: 60 }),
        async (all) => {
          const cells = all.map(({ hour, arm, faults }) => ({
            at: NOW - hour * HOUR,
            arm,
            tally: { ...openTally(), calls: 100, faults, failed: faults },
          }));
          const facts = new PastFacts(
            { environment: "production", endpoint: "bot", settings: { slos: [] }, stepMs: HOUR },
            cells,
          );
          for (let at = NOW - 6 * 24 * HOUR; at <= NOW; at += HOUR) {
            const now = facts.at(at);
            for (const [windowMs, arm] of [
              [HOUR, undefined],
              [30 * HOUR, "candidate"],
              [72 * HOUR, undefined],
            ] as const) {
              const own = cells.filter(
                (cell) => cell.at >= at - windowMs && cell.at < at && cell.arm === (arm ?? cell.arm),
              );
              const sum = now.tally("bot", windowMs, arm);
              expect(sum?.faults).toBe(
                own.length === 0 ? undefined : own.reduce((total, { tally }) => total + tally.faults, 0),
              );
              expect(sum?.calls).toBe(own.length === 0 ? undefined : 100 * own.length);
            }
            const yesterday = cells.filter((cell) => cell.at === at - 25 * HOUR);
            expect(now.sameHours("bot", 1).map(({ calls }) => calls)).toEqual(
              yesterday.length === 0 ? [] : [100 * yesterday.length],
            );
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  test("looks at one endpoint after the other, tells of each in order of time, and says when there are too many", async () => {
    const series = createMemorySeriesStore(100_000);
    for (const [endpoint, day] of [
      ["faq", 5],
      ["bot", 3],
      ["faq", 2],
    ] as const)
      for (let hour = 0; hour < 3; hour += 1)
        await minute(series, NOW - day * 24 * HOUR + hour * HOUR, { endpoint, faults: hour === 1 ? 40 : 0 });
    const { rules, isCut } = await run(series, { days: 7, rule: "errors-many" });
    expect(rules[0]?.episodes.map(({ endpoint }) => endpoint)).toEqual(["faq", "bot", "faq"]);
    expect(isCut).toBe(false);
    for (let index = 0; index < 205; index += 1) await minute(series, NOW - 2 * HOUR, { endpoint: `many-${index}` });
    expect((await run(series, { days: 1, rule: "errors-many" })).isCut).toBe(true);
  });

  test("counts an hour before a fine look once", async () => {
    const series = createMemorySeriesStore(100_000);
    const now = NOW + 35 * 60_000;
    for (let at = now - 30 * HOUR; at < now; at += 5 * 60_000) await minute(series, at);
    const read: SeriesQuery[] = [];
    const watched = { query: (query: SeriesQuery) => (read.push(query), series.query(query)) };
    const settings = alertSettings("");
    await backtestRules({ environment: "production", series: watched, settings, endpoints: ["bot"], now }, { days: 1 });
    const hours = read.filter(({ by, span }) => by.includes("arm") && span === "hour");
    const minutes = read.filter(({ span }) => span === "minute");
    expect(Math.max(...hours.map(({ to }) => to))).toBe(Math.min(...minutes.map(({ from }) => from)));
    expect(Math.min(...minutes.map(({ from }) => from)) % HOUR).toBe(0);
  });
});
