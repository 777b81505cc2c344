import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { callOf } from "../../../test/contracts/store-samples.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { CallRecorder } from "../../ports/call-recorder.ts";
import type { CallStore } from "../../ports/call-store.ts";
import { createQueueRecorder } from "./queue-recorder.ts";
import type { RecorderLimits } from "./queue-recorder.ts";

/** A store that answers when the test says so. */
class ManualStore implements Pick<CallStore, "append"> {
  readonly batches: (readonly CallRecord[])[] = [];
  readonly #answers: PromiseWithResolvers<void>[] = [];

  append(calls: readonly CallRecord[]): Promise<void> {
    this.batches.push(calls);
    const answer = Promise.withResolvers<void>();
    this.#answers.push(answer);
    return answer.promise;
  }

  /** Answers the oldest open append. */
  async answer(error?: unknown): Promise<void> {
    const answer = this.#answers.shift();
    if (error === undefined) answer?.resolve();
    else answer?.reject(error);
    await settle();
  }

  get open(): number {
    return this.#answers.length;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const AWAY = new RollwardError("database_unavailable", { reason: "gone" });

const callWith = (bytes: number): CallRecord => callOf({}, { request: Buffer.alloc(bytes, 1) });

function recorderOn(store: Pick<CallStore, "append" | "hold">, limits: Partial<RecorderLimits> = {}) {
  const clock = new HandClock();
  const recorder = createQueueRecorder({ store: store as CallStore, clock, limits });
  return { clock, recorder };
}

/** What must hold at any moment. */
function checkLaws(recorder: CallRecorder, offered: number, limits: RecorderLimits): void {
  const { recorded, droppedFacts, droppedBodies, waiting, waitingBytes } = recorder.counts();
  expect(recorded + droppedFacts + waiting).toBe(offered);
  expect(droppedBodies).toBeLessThanOrEqual(offered);
  expect(waiting).toBeLessThanOrEqual(limits.maxItems);
  expect(waitingBytes).toBeLessThanOrEqual(limits.factBytes + limits.bodyBytes);
  expect(waitingBytes >= 0 && (waiting > 0 || waitingBytes === 0)).toBe(true);
}

describe("a queue recorder", () => {
  it("gathers calls for a while and writes them together, in order", async () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { everyMs: 50 });
    const calls = [callWith(1), callWith(2), callWith(3)];
    for (const call of calls) recorder.record(call);
    clock.advance(49);
    expect(store.batches).toEqual([]);
    clock.advance(1);
    expect(store.batches).toEqual([calls]);
    await store.answer();
    expect(recorder.counts()).toMatchObject({ recorded: 3, waiting: 0, waitingBytes: 0 });
    expect(clock.pending).toBe(0);
  });

  it("gathers longer while many come, and not when few do again", async () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { everyMs: 50, manyEveryMs: 200, manyItems: 3 });
    const pausesFor = async (items: number): Promise<number> => {
      const [begun, before] = [clock.elapsed(), store.batches.length];
      for (let item = 0; item < items; item += 1) recorder.record(callWith(1));
      while (store.batches.length === before) clock.advance(10);
      await store.answer();
      return clock.elapsed() - begun;
    };
    expect([await pausesFor(3), await pausesFor(3), await pausesFor(2), await pausesFor(2)]).toEqual([
      50, 200, 200, 50,
    ]);
  });

  it("keeps calls in the form that the store wants, made when they come", async () => {
    const store = new ManualStore();
    const held: CallRecord[] = [];
    const hold = (call: CallRecord): CallRecord => {
      const form = { ...call };
      held.push(form);
      return form;
    };
    const { clock, recorder } = recorderOn({ append: (calls) => store.append(calls), hold }, { bodyBytes: 10 });
    recorder.record(callWith(10));
    recorder.record(callWith(10));
    expect(held.map(({ bodies }) => bodies.request?.length)).toEqual([10, undefined]);
    clock.advance(50);
    expect(store.batches[0]?.[0]).toBe(held[0]);
    expect(store.batches[0]?.[1]).toBe(held[1]);
    await store.answer();
    expect(recorder.counts()).toMatchObject({ recorded: 2, droppedBodies: 1, waitingBytes: 0 });
  });

  it("writes as soon as a batch is full, and never on the stack of the caller", () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { batchItems: 2 });
    for (const call of [callWith(1), callWith(1), callWith(1)]) recorder.record(call);
    expect(store.batches).toEqual([]);
    clock.advance(0);
    expect(store.batches.map((batch) => batch.length)).toEqual([2]);
  });

  it("has one write under way at a time", async () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { batchItems: 1 });
    for (const call of [callWith(1), callWith(1)]) recorder.record(call);
    clock.advance(1_000);
    recorder.record(callWith(1));
    clock.advance(1_000);
    expect(store.open).toBe(1);
    await store.answer();
    clock.advance(1_000);
    expect(store.open).toBe(1);
    expect(store.batches).toHaveLength(2);
  });

  it("drops the bytes of new calls when memory for bytes runs short, and keeps their facts", async () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { bodyBytes: 100 });
    const [first, second, third] = [callWith(60), callWith(60), callWith(40)];
    for (const call of [first, second, third]) recorder.record(call);
    expect(recorder.counts()).toMatchObject({ droppedBodies: 1, droppedFacts: 0, waiting: 3 });
    clock.advance(50);
    const bare = {
      facts: { ...second.facts, retainBodiesDays: 0 },
      bodies: { request: null, upstream: null, answer: null },
    };
    expect(store.batches).toEqual([[first, bare, third]]);
    // What is being written still takes its memory.
    recorder.record(callWith(1));
    expect(recorder.counts().droppedBodies).toBe(2);
    await store.answer();
    recorder.record(callWith(100));
    expect(recorder.counts().droppedBodies).toBe(2);
  });

  it("drops whole calls only when there is no room for facts", () => {
    const { recorder } = recorderOn(new ManualStore(), { maxItems: 2, bodyBytes: 0 });
    for (let index = 0; index < 5; index += 1) recorder.record(callWith(10));
    expect(recorder.counts()).toMatchObject({ waiting: 2, droppedFacts: 3, droppedBodies: 5 });
    const { recorder: small } = recorderOn(new ManualStore(), { factBytes: 4_000 });
    for (let index = 0; index < 5; index += 1) small.record(callOf());
    expect(small.counts()).toMatchObject({ waiting: 2, droppedFacts: 3, droppedBodies: 0 });
  });

  it("tries the same batch again while the store is away, with growing pauses", async () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { everyMs: 50, maxBackoffMs: 300 });
    recorder.record(callWith(1));
    clock.advance(50);
    for (const pause of [100, 200, 300, 300, 300]) {
      await store.answer(AWAY);
      recorder.record(callWith(1));
      clock.advance(pause - 1);
      expect(store.open).toBe(0);
      clock.advance(1);
      expect(store.open).toBe(1);
      expect(recorder.counts().trouble).toBe("gone");
    }
    expect(new Set(store.batches).size).toBe(1);
    await store.answer();
    expect(recorder.counts().trouble).toBeNull();
    clock.advance(50);
    await store.answer();
    expect(recorder.counts()).toMatchObject({ recorded: 6, droppedFacts: 0, waiting: 0 });
  });

  it("loses only the call that the store will not take", async () => {
    const poison = callOf({ endpoint: "poison" });
    const written: CallRecord[] = [];
    const store = {
      async append(calls: readonly CallRecord[]): Promise<void> {
        if (calls.includes(poison)) throw new Error("This cannot be written.");
        written.push(...calls);
      },
    };
    const { clock, recorder } = recorderOn(store);
    const good = Array.from({ length: 30 }, () => callWith(1));
    for (const call of [...good.slice(0, 17), poison, ...good.slice(17)]) recorder.record(call);
    for (let turn = 0; turn < 40; turn += 1) {
      clock.advance(500);
      await settle();
      expect(recorder.counts().trouble).toBeNull();
    }
    expect(written).toEqual(good);
    expect(recorder.counts()).toMatchObject({ recorded: 30, droppedFacts: 1, waiting: 0, waitingBytes: 0 });
    recorder.record(callWith(1));
    clock.advance(50);
    await settle();
    expect(recorder.counts().recorded).toBe(31);
  });

  it("says that it cannot write when the store takes no call at all", async () => {
    const store = { append: () => Promise.reject(new Error('insert into calls values ("secret")')) };
    const { clock, recorder } = recorderOn(store);
    for (let index = 0; index < 100; index += 1) recorder.record(callWith(1));
    for (let turn = 0; turn < 40; turn += 1) {
      clock.advance(500);
      await settle();
    }
    expect(recorder.counts().trouble).toBe("the store does not take what is written");
  });

  it("flushes everything that waits, what is under way included", async () => {
    const store = new ManualStore();
    const { clock, recorder } = recorderOn(store, { batchItems: 2 });
    for (let index = 0; index < 5; index += 1) recorder.record(callWith(1));
    clock.advance(0);
    let isFlushed = false;
    const flushed = recorder.flush().then(() => (isFlushed = true));
    for (let batch = 0; batch < 3; batch += 1) {
      await settle();
      expect(isFlushed).toBe(false);
      await store.answer();
    }
    await flushed;
    expect(recorder.counts()).toMatchObject({ recorded: 5, waiting: 0 });
  });

  it("counts what waits as dropped when it is flushed to a store that is away", async () => {
    const store = { append: () => Promise.reject(AWAY) };
    const { recorder } = recorderOn(store, { batchItems: 2 });
    for (let index = 0; index < 5; index += 1) recorder.record(callWith(index));
    await recorder.flush();
    expect(recorder.counts()).toEqual({
      recorded: 0,
      droppedBodies: 4,
      droppedFacts: 5,
      waiting: 0,
      waitingBytes: 0,
      trouble: "gone",
    });
  });

  it("accounts for every call and stays within its bounds, whatever happens", async () => {
    const limits: RecorderLimits = {
      maxItems: 12,
      factBytes: 9_000,
      bodyBytes: 500,
      batchItems: 4,
      batchBytes: 8_000,
      manyEveryMs: 120,
      manyItems: 3,
      everyMs: 50,
      maxBackoffMs: 400,
    };
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ type: fc.constant("record" as const), bytes: fc.nat({ max: 300 }) }) },
      fc.record({ type: fc.constant("advance" as const), ms: fc.nat({ max: 500 }) }),
      fc.record({ type: fc.constant("answer" as const), error: fc.constantFrom(undefined, AWAY, new Error("No.")) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const store = new ManualStore();
        const { clock, recorder } = recorderOn(store, limits);
        let offered = 0;
        for (const each of steps) {
          if (each.type === "record") {
            recorder.record(callWith(each.bytes));
            offered += 1;
          } else if (each.type === "advance") clock.advance(each.ms);
          else await store.answer(each.error);
          checkLaws(recorder, offered, limits);
          expect(store.open).toBeLessThanOrEqual(1);
        }
        const flushed = recorder.flush();
        while (recorder.counts().waiting > 0) await store.answer();
        await flushed;
        checkLaws(recorder, offered, limits);
        expect(recorder.counts().waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
