import { describe, expect, test } from "vitest";
import { attemptAt, attemptOn, PlayedSource } from "../../../test/fixtures/attempt-at.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { Units } from "../../domain/call/units.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AnswerFacts } from "../../ports/dialect.ts";

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

interface Known extends Partial<AnswerFacts> {
  readonly isSent?: boolean;
}

/** An attempt that is not streamed and was broken off after a while. */
function brokenOff(ms: number, units: Units | null, { isSent = true, ...facts }: Known = {}) {
  const clock = new HandClock();
  const source = new PlayedSource();
  source.isSent = isSent;
  source.facts = { ...source.facts, ...facts };
  const { attempt } = attemptOn(clock, "one", { source, requestBytes: 40, most: { outputTokens: 500, units } });
  void attempt.start().catch(() => {});
  clock.advance(ms);
  attempt.abandon();
  return attempt.record();
}

describe("an answer that is not streamed and is broken off", () => {
  test("costs what may have been made of it by then, and no more than it could have had", () => {
    expect(brokenOff(2_000, null)).toMatchObject({
      usage: { input: 10, output: 200, estimated: true },
      costPico: 210n,
    });
    expect(brokenOff(50_000, null)).toMatchObject({ usage: { output: 500 }, costPico: 510n });
  });

  test("costs the images that were asked for", () => {
    const images = { unit: "image", count: 5 } as const;
    expect(brokenOff(1_000, images, { units: null })).toMatchObject({
      usage: null,
      units: { ...images, priced: true },
      costPico: 5_000n,
    });
  });

  test("costs nothing where it still waited for a connection", () => {
    const nothing = { end: "abandoned", usage: null, costPico: 0n };
    expect(brokenOff(2_000, null, { isSent: false })).toMatchObject(nothing);
    const images = brokenOff(2_000, { unit: "image", count: 5 }, { units: null, isSent: false });
    expect(images).toMatchObject(nothing);
    expect(images).not.toHaveProperty("units");
  });
});

test("an answer that came whole and is rejected costs what was seen of it, however long it took", () => {
  const clock = new HandClock();
  const source = new PlayedSource();
  const { attempt } = attemptOn(clock, "one", { source, requestBytes: 40, most: { outputTokens: 500, units: null } });
  void attempt.start();
  clock.advance(4_000);
  source.say("x".repeat(40));
  source.end();
  const answered = attempt.record();
  attempt.reject(new RollwardError("answer_rejected", { reason: "no JSON" }));
  expect(attempt.record()).toMatchObject({ end: "rejected", usage: { input: 10, output: 10 }, costPico: 20n });
  expect(attempt.record().usage).toEqual(answered.usage);
});

test("an attempt that ends before it starts costs nothing", () => {
  const { attempt } = attemptAt(new HandClock(), "one");
  attempt.abandon();
  expect(attempt.record()).toMatchObject({ end: "abandoned", usage: null, costPico: 0n });
});
