import { describe, expect, test } from "vitest";
import { MOST_OF_TRACE } from "../../src/ports/span-store.ts";
import type { SentSpan } from "../../src/ports/span-store.ts";
import { T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const hex = (length: number): string =>
  Array.from({ length }, () => Math.floor(Math.random() * 16).toString(16)).join("");

const spanOf = (overrides: Partial<SentSpan> = {}): SentSpan => ({
  environment: "production",
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: null,
  name: "plan a trip 🔥",
  kind: "internal",
  startUs: T0 * 1_000 + 7,
  endUs: T0 * 1_000 + 9,
  status: "error",
  statusMessage: "it rained",
  attributes: { "gen_ai.operation.name": "invoke_agent", count: 3, share: 0.5, isDone: true, names: ["a", "b"] },
  events: [{ name: "exception", atUs: T0 * 1_000 + 8, attributes: { "exception.type": "Rain" } }],
  service: "trips",
  scope: "travel",
  keyId: "key_01",
  receivedAt: T0,
  leftOut: 2,
  ...overrides,
});

/** What every store of applications' spans must do. */
export function spanStoreContract(get: GetStores): void {
  describe("as a store of spans", () => {
    test("gives the spans of a trace in the order of their start, as they came", async () => {
      const late = spanOf({ startUs: T0 * 1_000 + 20, parentSpanId: hex(16), service: null, scope: null });
      const early = spanOf({ traceId: late.traceId });
      expect(await get().spans.append([late, early, spanOf()])).toBe(0);
      expect(await get().spans.ofTrace(late, 10)).toEqual([early, late]);
      expect(await get().spans.ofTrace(late, 1)).toEqual([early]);
    });

    test("keeps a span once, however often it is sent", async () => {
      const span = spanOf();
      await get().spans.append([span]);
      await get().spans.append([{ ...span, name: "said again" }]);
      expect(await get().spans.ofTrace(span, 10)).toEqual([span]);
    });

    test("shows one environment nothing of another's", async () => {
      const span = spanOf({ environment: uniqueName("env") });
      await get().spans.append([span]);
      expect(await get().spans.ofTrace({ ...span, environment: "production" }, 10)).toEqual([]);
    });

    test("bears any text", async () => {
      const span = spanOf({ name: "nul \u0000 and half a pair \ud800", attributes: { "": "\u0000" } });
      await get().spans.append([span]);
      expect(await get().spans.ofTrace(span, 10)).toHaveLength(1);
    });

    test("says how many spans a full trace has not taken", async () => {
      const traceId = hex(32);
      const spans = Array.from({ length: MOST_OF_TRACE + 3 }, () => spanOf({ traceId, events: [], attributes: {} }));
      expect(await get().spans.append(spans)).toBe(3);
      expect(await get().spans.append([spanOf({ traceId })])).toBe(1);
      expect(await get().spans.ofTrace({ environment: "production", traceId }, 5_000)).toHaveLength(MOST_OF_TRACE);
    });

    manyTraces(get);

    test("forgets what is old, and the oldest where there are too many", async () => {
      const [old, kept] = [spanOf({ receivedAt: 1_000 }), spanOf({ receivedAt: T0 * 2 })];
      await get().spans.append([old, kept]);
      await get().spans.expire(2_000, 1_000_000);
      expect(await get().spans.ofTrace(old, 10)).toEqual([]);
      const newer = spanOf({ receivedAt: T0 * 3 });
      await get().spans.append([newer]);
      await get().spans.expire(0, 1);
      expect(await get().spans.ofTrace(kept, 10)).toEqual([]);
      expect(await get().spans.ofTrace(newer, 10)).toEqual([newer]);
    });
  });
}

/** What they must do with requests that bring many traces. */
function manyTraces(get: GetStores): void {
  test("counts what it has of each trace by itself, however many come at once", async () => {
    const full = spanOf();
    const rest = Array.from({ length: MOST_OF_TRACE - 1 }, () => spanOf({ traceId: full.traceId, attributes: {} }));
    expect(await get().spans.append([full, ...rest])).toBe(0);
    const elsewhere = spanOf({ traceId: full.traceId, environment: uniqueName("env") });
    const others = Array.from({ length: 600 }, () => spanOf({ events: [], attributes: {} }));
    expect(await get().spans.append([...others, spanOf({ traceId: full.traceId }), elsewhere])).toBe(1);
    expect(await get().spans.ofTrace(elsewhere, 10)).toEqual([elsewhere]);
    for (const one of [others[0], others[599]]) {
      if (one !== undefined) expect(await get().spans.ofTrace(one, 10)).toEqual([one]);
    }
  });
}
