import { beforeEach, describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { LateLooks } from "./late-looks.ts";
import type { Sought } from "./late-looks.ts";

let clock: HandClock;
let late: LateLooks;
/** What the store holds, and how often it was asked. */
let stored: string | null;
let looks: number;

beforeEach(() => {
  clock = new HandClock();
  late = new LateLooks(clock);
  stored = null;
  looks = 0;
});

/** Lets everything that waits for nothing happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    clock.advance(50);
    await settle();
  }
}

const seek = (differs: Partial<Sought> = {}): Promise<string | null> =>
  late.untilFound({ keyId: "key_a", ids: ["resp_000001"], ...differs }, async () => {
    looks += 1;
    return stored;
  });

describe("what another replica may be about to write", () => {
  test("is found when it comes, after few looks", async () => {
    const found = seek();
    await pass(300);
    stored = "here";
    await pass(100);
    expect(await found).toBe("here");
    expect([looks, clock.pending]).toEqual([3, 0]);
  });

  test("is given up after a second, and not waited for again so soon", async () => {
    const found = seek();
    await pass(1_000);
    expect(await found).toBeNull();
    expect(looks).toBe(5);
    expect(await seek()).toBeNull();
    expect([looks, clock.pending]).toEqual([5, 0]);
    await pass(5_000);
    void seek();
    expect(clock.pending).toBe(1);
  });

  test("is waited for as long as its caller is there", async () => {
    const caller = new AbortController();
    const found = seek({ gone: () => caller.signal });
    await settle();
    caller.abort();
    expect(await found).toBeNull();
    expect([looks, clock.pending]).toEqual([0, 0]);
    expect(await seek({ gone: () => AbortSignal.abort() })).toBeNull();
  });

  test.each(["", "resp_0", "12345678", "resp 000001", `resp_${"0".repeat(300)}`])(
    "is not %j, which nobody made",
    async (id) => {
      expect(await seek({ ids: ["resp_000001", id] })).toBeNull();
      expect(clock.pending).toBe(0);
    },
  );

  test("is waited for by so many at once, and by fewer of one key", async () => {
    const begin = (keyId: string, count: number): void => {
      for (let index = 0; index < count; index += 1) void seek({ keyId, ids: [`resp_00000${index}`] });
    };
    begin("key_a", 40);
    expect(clock.pending).toBe(32);
    begin("key_b", 1);
    expect(clock.pending).toBe(33);
    for (const key of ["key_c", "key_d", "key_e", "key_f"]) begin(key, 32);
    expect(clock.pending).toBe(128);
    await pass(1_000);
    expect(clock.pending).toBe(0);
    begin("key_g", 1);
    expect(clock.pending).toBe(1);
  });
});
