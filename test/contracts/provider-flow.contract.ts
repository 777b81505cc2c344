import * as fc from "fast-check";
import { expect, test } from "vitest";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { middleOfFive } from "../fixtures/middle-of-five.ts";
import { RecordingSink, turn, until } from "../fixtures/recording-sink.ts";
import { ask, requestFor, textIn } from "./provider-subject.ts";
import type { Open } from "./provider-subject.ts";

/** Abort stops the upstream at once and silences the sink. */
export function aborts(open: Open): void {
  test("closes the upstream within 100 ms of an abort in mid-stream, and the sink hears nothing more", async () => {
    const { provider, stats } = await open();
    let rounds = 0;
    const noticed = async (): Promise<number> => {
      const sink = new RecordingSink();
      const under = provider.forward(requestFor("endless-1", { stream: true }), sink);
      await sink.begun;
      const told = [...sink.told];
      const abortedAt = systemClock.elapsed();
      under.abort();
      const { bytes } = sink;
      rounds += 1;
      await until(() => stats().aborted === rounds);
      const noticedMs = (stats().lastAborted.at(-1)?.noticedAtMs ?? Infinity) - abortedAt;
      await ask(provider, requestFor("steady-1"));
      expect([sink.bytes, sink.told]).toEqual([bytes, told]);
      for (const late of ["abort", "pause", "resume"] as const) under[late]();
      return noticedMs;
    };
    expect(await middleOfFive(noticed)).toBeLessThanOrEqual(100);
  });

  test("closes the upstream when it is aborted before the head", async () => {
    const { provider, stats } = await open();
    const sink = new RecordingSink();
    const under = provider.forward(requestFor("steady-1", { say: "simulate: hang" }), sink);
    await until(() => stats().open === 1);
    under.abort();
    await until(() => stats().aborted === 1);
    expect(sink.told).toEqual([]);
  });

  test("sends nothing when it is aborted before there is a connection", async () => {
    const { provider, stats } = await open();
    const sink = new RecordingSink();
    provider.forward(requestFor("steady-1", { say: "never" }), sink).abort();
    await ask(provider, requestFor("steady-1", { say: "next" }));
    expect(sink.told).toEqual([]);
    expect(stats().calls).toBe(1);
  });

  abortsFromInside(open);
}

function abortsFromInside(open: Open): void {
  test("may be aborted from inside each of the sink's methods", async () => {
    const { provider, stats } = await open();
    for (const method of ["head", "data", "end"] as const) {
      const sink = new RecordingSink();
      const heard = sink[method].bind(sink) as (...given: unknown[]) => void;
      const under = provider.forward(requestFor("steady-1", { stream: true }), sink);
      const done = Promise.withResolvers<void>();
      sink[method] = (...given: unknown[]) => {
        heard(...given);
        under.abort();
        done.resolve();
      };
      await done.promise;
      await ask(provider, requestFor("steady-1"));
      expect(sink.told.at(-1)).toBe(method);
    }
    expect(stats().open).toBe(0);
  });
}

/** Pause holds the upstream back without losing a byte. */
export function pauses(open: Open): void {
  test("sends no data while it is paused, and loses none", async () => {
    const { provider } = await open();
    const { provider: other } = await open();
    const expected = textIn((await ask(other, requestFor("large-1", { stream: true }))).body);
    const sink = new RecordingSink();
    const under = provider.forward(requestFor("large-1", { stream: true }), sink);
    let chunks = 0;
    sink.onData = () => {
      if ((chunks += 1) % 50 === 1) under.pause();
    };
    await sink.begun;
    for (let round = 0; round < 3; round += 1) {
      const { bytes } = sink;
      await ask(provider, requestFor("steady-1"));
      expect(sink.bytes).toBe(bytes);
      chunks = 0;
      under.resume();
      await until(() => sink.bytes > bytes);
    }
    sink.onData = () => {};
    under.resume();
    await sink.over;
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(textIn(sink.body) === expected).toBe(true);
  });

  test("keeps an answer back that is paused before it begins", async () => {
    const { provider, stats } = await open();
    const sink = new RecordingSink();
    const under = provider.forward(requestFor("steady-1"), sink);
    under.pause();
    await until(() => sink.status === 200);
    for (let count = 0; count < 50; count += 1) await turn();
    expect(sink.told).toEqual(["head"]);
    under.resume();
    under.pause();
    under.resume();
    await sink.over;
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(stats().aborted).toBe(0);
  });
}

const FAULTS = ["", "simulate: cut", "simulate: reset", "simulate: serverError", "simulate: malformed"];

/** What the sink may hear, joined; an aborted call may stop anywhere. */
const WHOLE = /^(?:head data end|head data fail|fail)$/;
const BROKEN_OFF = /^(?:head(?: data(?: end| fail)?)?|fail)?$/;

/** The sink hears head, data and one ending, whatever its owner does in between. */
export function order(open: Open): void {
  test("tells the sink things in their order, whatever is paused, resumed and aborted when", async () => {
    const { provider, stats } = await open();
    const action = fc.constantFrom("pause", "resume", "turn", "turn", "abort");
    const call = fc.record({
      say: fc.constantFrom(...FAULTS),
      stream: fc.boolean(),
      actions: fc.array(action, { maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 6 }), async (calls) => {
        await Promise.all(
          calls.map(async ({ say, stream, actions }) => {
            const sink = new RecordingSink();
            const under = provider.forward(requestFor("steady-1", { say, stream }), sink);
            for (const each of actions) await (each === "turn" ? turn() : under[each]());
            under.resume();
            const isAborted = actions.includes("abort");
            if (!isAborted) await sink.over;
            const told = sink.told.join(" ");
            expect(told).toMatch(isAborted ? BROKEN_OFF : WHOLE);
            for (let count = 0; count < 5; count += 1) await turn();
            expect(sink.told.join(" ")).toBe(told);
          }),
        );
      }),
    );
    await until(() => stats().open === 0);
  });
}
