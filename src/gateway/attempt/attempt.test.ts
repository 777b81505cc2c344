import { describe, expect, test } from "vitest";
import { attemptAt } from "../../../test/fixtures/attempt-at.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { RollwardError } from "../../domain/errors.ts";

/** An attempt that is under way, and what it has handed on. */
async function underWay(holdBack: { readonly characters: number; readonly ms: number } | null = null) {
  const clock = new HandClock();
  const one = attemptAt(clock, "one", holdBack);
  const out: string[] = [];
  const over = one.attempt.start().then(() => one.attempt.pump((bytes) => out.push(bytes.toString()) > 0));
  over.catch(() => {});
  return { clock, ...one, out, over };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a model that thinks before it answers", () => {
  test("is heard at once, for longer than the first token may take", async () => {
    const { clock, source, attempt, out, over } = await underWay();
    clock.advance(1_000);
    source.think("Well");
    await settle();
    expect(out).toEqual(["Well"]);
    for (const second of [4, 8, 12, 16]) {
      clock.advance(4_000);
      source.think(`, ${second}`);
    }
    source.say("Hello");
    source.end();
    await over;
    expect(out.join("")).toBe("Well, 4, 8, 12, 16Hello");
    expect(attempt.firstTokenMs).toBe(1_000);
    expect(attempt.record()).toMatchObject({ end: "answered", error: null });
  });

  test("fails when its thoughts come to a stop, and is paid for", async () => {
    const { clock, source, attempt, over } = await underWay();
    source.think("Well");
    await settle();
    clock.advance(5_000);
    await expect(over).rejects.toThrow(RollwardError);
    expect(attempt.record()).toMatchObject({ error: { code: "provider_timeout" }, usage: { estimated: true } });
  });

  test("is held back like one that speaks, where that is wanted", async () => {
    const { clock, source, out } = await underWay({ characters: 1_000, ms: 500 });
    source.think("Well");
    await settle();
    expect(out).toEqual([]);
    clock.advance(500);
    await settle();
    expect(out).toEqual(["Well"]);
  });
});

test("a stream that stalls is not kept up by what carries nothing, which is handed on all the same", async () => {
  const { clock, source, attempt, out, over } = await underWay();
  source.say("Hello");
  await settle();
  for (let rest = 0; rest < 3; rest += 1) {
    source.keepAlive();
    clock.advance(400);
  }
  await expect(over).rejects.toThrow(RollwardError);
  expect(out).toEqual(["Hello", ": alive\n\n", ": alive\n\n", ": alive\n\n"]);
  const message = expect.stringContaining(
    "the gap between tokens, in which bytes such as pings came but no token, took more",
  ) as string;
  expect(attempt.record()).toMatchObject({ error: { code: "provider_timeout", message } });
});
