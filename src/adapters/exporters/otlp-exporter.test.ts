import { describe, expect, test } from "vitest";
import { callOf } from "../../../test/contracts/store-samples.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { DEFAULT_TRACES } from "../../domain/trace/trace-settings.ts";
import type { TraceSettings } from "../../domain/trace/trace-settings.ts";
import { splitItems } from "./export-batch.ts";
import type { ReadItem } from "./export-batch.ts";
import type { ExportThread } from "./export-thread.ts";
import type { ExportOrder, SignalNews } from "./export-worker.ts";
import { createOtlpExporter } from "./otlp-exporter.ts";
import type { ExporterLimits, ExportTerms } from "./otlp-exporter.ts";

const TARGET = {
  url: "http://receiver/v1/traces",
  headers: {},
  timeoutMs: 1_000,
  isCompressed: false,
  isGuarded: false,
};
const ORDER: ExportOrder = {
  traces: TARGET,
  logs: TARGET,
  version: "latest",
  resource: {},
  scope: { name: "rollward", version: "1" },
  identities: new Map(),
};
const EVALUATION = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  callId: "call_1",
  at: 1,
  name: "thumbs",
  value: 1,
  label: "up",
  explanation: null,
  judge: null,
};

type Outcome = SignalNews["outcome"];

/** A receiver as the exporter sees it: it takes, refuses, or is away. */
class ScriptedThread implements ExportThread {
  readonly batches: (readonly ReadItem[])[] = [];
  spans: Outcome = "sent";
  scores: Outcome = "sent";
  closed = false;

  async send(_order: ExportOrder, joined: Buffer<ArrayBuffer>) {
    const items = splitItems(joined);
    this.batches.push(items);
    const newsOf = (type: ReadItem["type"], outcome: Outcome): SignalNews => {
      const count = items.filter((item) => item.type === type).length;
      return {
        outcome,
        sent: outcome === "sent" ? count : 0,
        rejected: 0,
        reason: outcome === "sent" ? "" : "it said so",
      };
    };
    return { number: 1, spans: newsOf("call", this.spans), scores: newsOf("score", this.scores) };
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

function stage({
  limits = {},
  sample = {},
}: { limits?: Partial<ExporterLimits>; sample?: Partial<TraceSettings["sample"]> } = {}) {
  const clock = new HandClock();
  const thread = new ScriptedThread();
  const settings = { ...DEFAULT_TRACES, sample: { ...DEFAULT_TRACES.sample, share: 1, ...sample } };
  let terms: ExportTerms | null = { settings, order: ORDER };
  const exporter = createOtlpExporter({ clock, random: () => 0.999, thread, terms: () => terms, limits });
  /** Time passes, and what was begun in it goes on. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { clock, thread, exporter, pass, switchOff: () => void (terms = null) };
}

describe("kept traces", () => {
  test("are gathered for a second and sent together", async () => {
    const { exporter, thread, pass } = stage();
    for (let call = 0; call < 5; call += 1) exporter.offer(callOf());
    exporter.evaluated(EVALUATION);
    await pass(999);
    expect(thread.batches).toEqual([]);
    await pass(1);
    expect(thread.batches.map((batch) => batch.length)).toEqual([6]);
    expect(exporter.counts()).toMatchObject({
      kept: 5,
      sentSpans: 5,
      sentScores: 1,
      dropped: 0,
      waiting: 0,
      trouble: null,
    });
  });

  test("are those that the policy keeps; the others are counted", async () => {
    const { exporter, thread, pass } = stage({ sample: { share: 0 } });
    exporter.offer(callOf());
    exporter.offer(callOf({ outcome: "failed" }));
    await pass(1_000);
    expect(thread.batches.flat()).toMatchObject([{ because: "error", facts: { outcome: "failed" } }]);
    expect(exporter.counts()).toMatchObject({ kept: 1, passedOver: 1 });
  });

  test("are offered to nobody while nothing is sent", async () => {
    const { exporter, clock, switchOff } = stage();
    switchOff();
    exporter.offer(callOf());
    exporter.evaluated(EVALUATION);
    expect(clock.pending).toBe(0);
    expect(exporter.counts()).toMatchObject({ kept: 0, waiting: 0 });
  });

  test("that wait are let go and counted when sending is switched off", async () => {
    const { exporter, pass, switchOff } = stage();
    exporter.offer(callOf());
    switchOff();
    await pass(1_000);
    expect(exporter.counts()).toMatchObject({ dropped: 1, waiting: 0 });
  });
});

describe("while the receiver is away", () => {
  test("the same batch is tried again, ever more rarely, and nothing is lost that has room", async () => {
    const { exporter, thread, pass } = stage();
    thread.spans = "away";
    exporter.offer(callOf());
    await pass(1_000);
    expect(exporter.counts()).toMatchObject({ waiting: 1, dropped: 0, trouble: "it said so" });
    for (let minute = 0; minute < 60; minute += 1) await pass(60_000);
    const tries = thread.batches.length;
    expect(tries).toBeGreaterThan(50);
    expect(tries).toBeLessThan(140);
    thread.spans = "sent";
    await pass(60_000);
    expect(exporter.counts()).toMatchObject({ sentSpans: 1, waiting: 0, dropped: 0, trouble: null });
  });

  test("for an hour, memory stays within its bound, and every call is sent, waits or is counted as lost", async () => {
    const { exporter, thread, pass } = stage({ limits: { maxItems: 100, maxBytes: 400_000 } });
    thread.spans = "away";
    const answer = Buffer.alloc(3_000, "x");
    for (let second = 0; second < 3_600; second += 1) {
      exporter.offer(callOf({}, { answer }));
      await pass(1_000);
      const { waiting, waitingBytes } = exporter.counts();
      expect(waiting).toBeLessThanOrEqual(100);
      expect(waitingBytes).toBeLessThanOrEqual(400_000);
    }
    thread.spans = "sent";
    await pass(60_000);
    await pass(60_000);
    const { kept, sentSpans, dropped, waiting } = exporter.counts();
    expect({ kept, waiting }).toEqual({ kept: 3_600, waiting: 0 });
    expect(sentSpans + dropped).toBe(3_600);
    expect(sentSpans).toBeGreaterThan(50);
  });

  test("for scores alone, spans are not sent a second time", async () => {
    const { exporter, thread, pass } = stage();
    thread.scores = "away";
    exporter.offer(callOf());
    exporter.evaluated(EVALUATION);
    await pass(1_000);
    thread.scores = "sent";
    await pass(5_000);
    expect(thread.batches.map((batch) => batch.map(({ type }) => type))).toEqual([["call", "score"], ["score"]]);
    expect(exporter.counts()).toMatchObject({ sentSpans: 1, sentScores: 1, dropped: 0 });
  });
});

describe("what the receiver refuses", () => {
  test("is counted as lost and not sent again", async () => {
    const { exporter, thread, pass } = stage();
    thread.spans = "refused";
    exporter.offer(callOf());
    exporter.offer(callOf());
    await pass(1_000);
    expect(exporter.counts()).toMatchObject({ dropped: 2, waiting: 0, trouble: "it said so" });
    await pass(60_000);
    expect(thread.batches).toHaveLength(1);
  });
});

describe("what cannot be written down", () => {
  test("is left out and counted as lost, and holds up nothing else", async () => {
    const { exporter, thread, pass } = stage();
    const ring: Record<string, unknown> = {};
    ring["ring"] = ring;
    const broken = callOf();
    exporter.offer({ ...broken, facts: { ...broken.facts, stages: ring as never } });
    exporter.offer(callOf());
    await pass(1_000);
    expect(thread.batches.map((batch) => batch.length)).toEqual([1]);
    expect(exporter.counts()).toMatchObject({ sentSpans: 1, dropped: 1, waiting: 0 });
    exporter.offer({ ...broken, facts: { ...broken.facts, stages: ring as never } });
    await pass(1_000);
    expect(thread.batches).toHaveLength(1);
    expect(exporter.counts()).toMatchObject({ dropped: 2, waiting: 0, waitingBytes: 0 });
  });
});

describe("the end of the server", () => {
  test("sends what waits", async () => {
    const { exporter, thread } = stage({ limits: { batchItems: 2 } });
    for (let call = 0; call < 5; call += 1) exporter.offer(callOf());
    await exporter.close();
    expect(thread.batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(thread.closed).toBe(true);
    expect(exporter.counts()).toMatchObject({ sentSpans: 5, dropped: 0 });
  });

  test("waits for no receiver that is away, and counts what it had", async () => {
    const { exporter, thread } = stage();
    thread.spans = "away";
    for (let call = 0; call < 3; call += 1) exporter.offer(callOf());
    await exporter.close();
    expect(thread.batches).toHaveLength(1);
    expect(exporter.counts()).toMatchObject({ sentSpans: 0, dropped: 3 });
  });
});
