import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nameIn, nameText, newsIn, newsText } from "../../src/adapters/limiters/limit-news-text.ts";
import { MemoryLimitBoard, MemoryLimitSpace } from "../../src/adapters/limiters/memory-limit-board.ts";
import { ValkeyLimitBoard } from "../../src/adapters/limiters/valkey-limit-board.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { connectValkey } from "../../src/adapters/valkey/connect-valkey.ts";
import type { Valkey } from "../../src/ports/valkey.ts";
import { limitBoardContract } from "./limit-board.contract.ts";
import { newId } from "./store-samples.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"] ?? "";

describe("boards within one process", () => {
  const space = new MemoryLimitSpace(systemClock);
  limitBoardContract(() => new MemoryLimitBoard(space));
});

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(VALKEY_URL !== "")("boards in Valkey", () => {
  const prefix = `{${newId("ses")}}:`;
  let valkey: Valkey;
  const open = (): ValkeyLimitBoard => new ValkeyLimitBoard({ valkey, replicaId: newId("rep"), prefix });
  beforeAll(async () => {
    valkey = await connectValkey(VALKEY_URL, { clock: systemClock, limitMs: 5_000 });
  });
  afterAll(() => valkey.close());
  limitBoardContract(open);

  test("keys lapse with what they tell", async () => {
    const name = { provider: "openai", model: newId("ses"), key: "0" };
    const told = { id: "requests", unit: "requests", limit: 1, remaining: 0, resetMs: 40_000 } as const;
    const whole = { ...told, stepMs: 1, isGuessed: false, refill: "at-once" } as const;
    const limits = [{ told: whole, sentAgoMs: 0, seenAgoMs: 1_000 }];
    await open().exchange([{ name, from: "rep_1", limits, underWay: [], restMs: 0 }]);
    const ttlMs = Number(await valkey.run("PTTL", `${prefix}${nameText(name)}`));
    expect(ttlMs).toBeGreaterThan(25_000);
    expect(ttlMs).toBeLessThanOrEqual(39_000);
  });
});

describe("news as text", () => {
  test("whatever stands on the board, what is read are sound limits or nothing", () => {
    const value = fc.oneof(
      fc.string(),
      fc.json(),
      fc.array(fc.array(fc.jsonValue())).map((list) => JSON.stringify(list)),
    );
    fc.assert(
      fc.property(value, fc.nat(1_000), (text, ageMs) => {
        const { limits, underWay } = newsIn(text, ageMs);
        for (const { told, seenAgoMs } of limits) {
          expect(told.remaining).toBeGreaterThanOrEqual(0);
          expect(seenAgoMs).toBeGreaterThanOrEqual(ageMs);
        }
        for (const { agoMs, need } of underWay) {
          expect(agoMs).toBeGreaterThanOrEqual(ageMs);
          expect(need.requests).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  test("limits and names are read back as they were written", () => {
    const unit = fc.constantFrom("requests" as const, "tokens" as const, "input-tokens" as const);
    const limit = fc.record({
      id: fc.string({ maxLength: 48 }),
      unit,
      limit: fc.option(fc.nat()),
      remaining: fc.nat(),
      resetMs: fc.nat(600_000),
      stepMs: fc.constantFrom(1, 1_000),
      isGuessed: fc.boolean(),
      refill: fc.constantFrom("evenly" as const, "at-once" as const, "unsaid" as const),
    });
    fc.assert(
      fc.property(fc.array(limit, { maxLength: 16 }), fc.string(), (limits, model) => {
        const aged = limits.map((told) => ({ told, sentAgoMs: 7, seenAgoMs: 5 }));
        const need = { requests: 1, tokens: 2, "input-tokens": 3, "output-tokens": 4 };
        const told = { limits: aged, underWay: [{ agoMs: 9, need }] };
        expect(newsIn(newsText(told), 0)).toEqual(told);
        const name = { provider: "up", model, key: "00ff" };
        expect(nameIn(nameText(name))).toEqual(name);
      }),
    );
  });
});
