import { expect, test } from "vitest";
import { middleOfFive } from "../fixtures/middle-of-five.ts";
import { turn, until } from "../fixtures/recording-sink.ts";
import { FORMS, TEXT, ask, begin, questionFor } from "./conversing-subject.ts";
import type { ArrivedRequest, Open } from "./conversing-subject.ts";

/** The flow stops the upstream at once and silences the sink. */
export function aborts(open: Open): void {
  test.each(["stall", "endless"] as const)(
    "closes the upstream within 100 ms of an abort in mid-stream: %s",
    async (scene) => {
      const subject = await open();
      const closed = async (): Promise<number> => {
        subject.play(scene);
        const request = subject.nextRequest();
        const { log, flow } = begin(subject, true);
        await log.begun;
        const { over } = await request;
        const told = log.events.length;
        const abortedAt = performance.now();
        flow.abort();
        expect(await over).toEqual({ whole: false });
        const tookMs = performance.now() - abortedAt;
        await turn();
        expect(log.events).toHaveLength(told);
        expect([log.ends, log.error]).toEqual([0, null]);
        return tookMs;
      };
      expect(await middleOfFive(closed)).toBeLessThan(100);
    },
  );

  test.each(FORMS)("closes the upstream when it is aborted before the head, %s", async (_, stream) => {
    const subject = await open();
    subject.play("silent");
    const request = subject.nextRequest();
    const { log, flow } = begin(subject, stream);
    const { over } = await request;
    flow.abort();
    expect(await over).toEqual({ whole: false });
    await turn();
    expect([log.events, log.ends, log.error]).toEqual([[], 0, null]);
    expect(flow.isSent).toBe(true);
  });
}

/** An abort is harmless at any time. */
export function abortsAtAnyTime(open: Open): void {
  test("sends nothing when it is aborted at once", async () => {
    const subject = await open();
    const { log, flow } = begin(subject, true);
    flow.abort();
    expect(flow.isSent).toBe(false);
    const request = subject.nextRequest();
    subject.play("text");
    const second = await ask(subject.provider, questionFor(subject.model, true));
    await request;
    expect(second.text).toBe(TEXT);
    expect([log.events, log.ends, log.error]).toEqual([[], 0, null]);
  });

  test("may be aborted from inside an event, and hears no other", async () => {
    const subject = await open();
    subject.play("text");
    const { log, flow } = begin(subject, true);
    await new Promise<void>((resolve) => {
      log.onEvent = () => {
        flow.abort();
        resolve();
      };
    });
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect([log.events.length, log.ends, log.error]).toEqual([1, 0, null]);
  });

  test("may be aborted after the end", async () => {
    const subject = await open();
    subject.play("text");
    const { log, flow } = begin(subject, true);
    await log.over;
    flow.pause();
    flow.resume();
    flow.abort();
    await turn();
    expect([log.ends, log.error]).toEqual([1, null]);
  });
}

/** Resolves when the upstream has stopped sending: nothing more in so many turns of the event loop. */
async function heldBack({ sent }: ArrivedRequest): Promise<void> {
  let before = -1;
  for (let calm = 0; calm < 200; calm += 1) {
    await turn();
    if (sent() !== before) calm = 0;
    before = sent();
  }
}

/** The flow holds the answer back and lets it go on. */
export function pauses(open: Open): void {
  test.each(FORMS)("gives no event while it is paused and loses none, %s", async (_, stream) => {
    const subject = await open();
    subject.play("text");
    const request = subject.nextRequest();
    const { log, flow } = begin(subject, stream);
    flow.pause();
    const { over } = await request;
    await over;
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(log.events).toEqual([]);
    log.onEvent = () => {
      flow.pause();
      setImmediate(() => flow.resume());
    };
    flow.resume();
    await log.over;
    expect(log.text).toBe(TEXT);
  });

  test("holds the upstream back while it is paused", async () => {
    const subject = await open();
    subject.play("endless");
    const arrived = subject.nextRequest();
    const { log, flow } = begin(subject, true);
    await log.begun;
    flow.pause();
    await turn();
    const told = log.events.length;
    const request = await arrived;
    await heldBack(request);
    expect(log.events).toHaveLength(told);
    const sent = request.sent();
    flow.resume();
    await until(() => request.sent() > sent && log.events.length > told);
    flow.abort();
    expect(await request.over).toEqual({ whole: false });
  });
}
