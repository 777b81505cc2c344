import { describe, expect, test } from "vitest";
import { createMemorySeriesStore } from "../../adapters/stores/memory/memory-series-store.ts";
import { alertSettings } from "../../../test/fixtures/alert-world.ts";
import { openTally } from "../../domain/series/tally.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import { backtestRules } from "./backtest-rules.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 21);

let sequence = 0;

/** A minute of a hundred calls. */
async function minute(series: SeriesStore, at: number, { faults = 0, costPico = 0n } = {}): Promise<void> {
  sequence += 1;
  const members = {
    environment: "production",
    endpoint: "bot",
    release: "bot@1",
    arm: "stable",
    tier: "primary",
    model: "sim/m",
  };
  const tally = { ...openTally(), calls: 100, faults, failed: faults, costPico };
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
});
