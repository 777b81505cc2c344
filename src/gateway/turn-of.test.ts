import { describe, expect, test } from "vitest";
import { factsOf } from "../../test/contracts/store-samples.ts";
import type { CallFacts } from "../domain/call/call-record.ts";
import type { OpenCall } from "./open-call.ts";
import { turnOf } from "./turn-of.ts";

const USAGE = { input: 100, cachedInput: 0, cacheWrite: 0, output: 30, reasoning: 20, estimated: false };

const turn = (facts: Partial<CallFacts> = {}, call: Partial<OpenCall> = {}) =>
  turnOf(
    { findings: [], attempts: [], request: null, ...call } as unknown as OpenCall,
    factsOf({ usage: USAGE, totalMs: 500, ...facts }),
    {
      unit: "key/s",
    },
  );

describe("what a call contributes to its session", () => {
  test("is its speed over the whole answer, reasoning included", () => {
    expect(turn().tokensPerSecond).toBe(100);
  });

  test("is no speed where nothing was counted", () => {
    expect(turn({ usage: null })).not.toHaveProperty("tokensPerSecond");
    expect(turn({ usage: { ...USAGE, output: 0, reasoning: 0 } })).not.toHaveProperty("tokensPerSecond");
    expect(turn({ outcome: "failed" })).not.toHaveProperty("tokensPerSecond");
  });

  test("is the speed until its client left, where that did not wait for the end: nothing is none", () => {
    expect(turn({ outcome: "abandoned" }).tokensPerSecond).toBe(100);
    expect(turn({ outcome: "abandoned", usage: { ...USAGE, output: 0, reasoning: 0 } }).tokensPerSecond).toBe(0);
    expect(turn({ outcome: "abandoned", usage: null }).tokensPerSecond).toBe(0);
  });

  test("is no speed but none where nobody saw what was made of an answer that is not streamed", () => {
    const usage = { ...USAGE, output: 50, reasoning: 0, estimated: true };
    expect(turn({ outcome: "abandoned", stream: false, usage }).tokensPerSecond).toBe(0);
    expect(turn({ outcome: "abandoned", stream: true, usage }).tokensPerSecond).toBe(100);
    expect(turn({ stream: false, usage }).tokensPerSecond).toBe(100);
  });

  test("is, where a stop of the server has ended it, no more than that of one whose client has left", () => {
    const attempts = [{ ...factsOf({}).attempts[0], end: "abandoned", error: { code: "server_stopped", message: "" } }];
    const stopped = turn({
      outcome: "failed",
      errorCode: "server_stopped",
      attempts: attempts as CallFacts["attempts"],
    });
    expect(stopped).toEqual(turn({ outcome: "abandoned", attempts: attempts as CallFacts["attempts"] }));
    expect(stopped).toMatchObject({ failure: null, latencyMs: 500 });
  });

  test("is a first token no sooner than its client left, where that waited for a stream", () => {
    const left = { outcome: "abandoned", firstTokenMs: null, totalMs: 900 } as const;
    expect(turn({ ...left, stream: true }).firstTokenMs).toBe(900);
    expect(turn({ ...left, stream: false }).firstTokenMs).toBeNull();
    expect(turn({ ...left, stream: true, firstTokenMs: 300 }).firstTokenMs).toBe(300);
  });

  test("is a failure where its client gave up waiting", () => {
    const stages = [{ stage: "call", startMs: 1, endMs: 2 }];
    const waited = { outcome: "abandoned", status: 499, stages } as const;
    expect(turn({ ...waited, totalMs: 20_000 }).failure).toBe("timeout");
    expect(turn({ ...waited, totalMs: 2_000 }).failure).toBeNull();
  });

  test("is that the client left while it waited, failed or not", () => {
    expect(turn({ leftWaiting: true }).abandoned).toBe(true);
    expect(turn({ leftWaiting: true, outcome: "abandoned", errorCode: null, attempts: [] })).toMatchObject({
      abandoned: true,
      failure: null,
    });
    expect(turn({ outcome: "abandoned" }).abandoned).toBe(false);
    expect(turn().abandoned).toBe(false);
  });

  test("is what it would have cost without prompt caches, also where those cost more", () => {
    const cached = (savedPico: string) =>
      turn({ costPico: 1_000n, promptCache: { marks: 0, readTokens: 1, writtenTokens: 0, savedPico } });
    expect(cached("400").neutralPico).toBe(1_400n);
    expect(cached("-250").neutralPico).toBe(750n);
    expect(cached("0")).not.toHaveProperty("neutralPico");
    expect(turn()).not.toHaveProperty("neutralPico");
  });

  test("is a failed tool where the client says so, or the model called one wrongly", () => {
    const finding = (check: "unknown-tool" | "invalid-arguments" | "truncated") =>
      ({ findings: [{ check, detail: "", at: null, attempt: 0, action: "record" }] }) as unknown as Partial<OpenCall>;
    expect(turn({}, { request: { hasToolErrors: true } as OpenCall["request"] }).toolFailed).toBe(true);
    expect(turn({}, finding("unknown-tool")).toolFailed).toBe(true);
    expect(turn({}, finding("invalid-arguments")).toolFailed).toBe(true);
    expect([turn().toolFailed, turn({}, finding("truncated")).toolFailed]).toEqual([false, false]);
  });
});
