import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { WHOLE_FACTS } from "../../../test/fixtures/whole-facts.ts";
import type { AttemptRecord, CallFacts } from "./call-record.ts";
import { readFacts, writeFacts } from "./facts-text.ts";
import type { NamedFacts } from "./named-facts.ts";

/** Whole microseconds up to 28 hours, in milliseconds. */
const time = fc.integer({ min: 0, max: 100_000_000_000 }).map((us) => us / 1_000);
const count = fc.nat(1_000_000);
const cost = fc.bigInt({ min: 0n, max: 10n ** 20n });
const text = fc.string({ unit: "binary" });
const orNull = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });

const usage = fc.record(
  {
    input: count,
    cachedInput: count,
    cacheWrite: count,
    output: count,
    reasoning: count,
    estimated: fc.boolean(),
    cacheWrite1h: count,
    tier: fc.constant("flex" as const),
  },
  { requiredKeys: ["input", "cachedInput", "cacheWrite", "output", "reasoning", "estimated"] },
);

const units = fc.record({ unit: fc.constant("image" as const), count, priced: fc.boolean() });

/** With and without everything that may be absent, as records from before are. */
const attempt: fc.Arbitrary<AttemptRecord> = fc.record(
  {
    provider: text,
    model: text,
    reason: fc.constantFrom("first", "retry", "hedge"),
    end: fc.constantFrom("answered", "failed"),
    key: orNull(fc.nat(5)),
    startMs: time,
    firstByteMs: orNull(time),
    endMs: time,
    status: orNull(fc.integer({ min: 100, max: 599 })),
    leftOut: fc.array(text),
    error: orNull(fc.record({ code: fc.constant("provider_error" as const), message: text })),
    usage: orNull(usage),
    answered: fc.record({ model: text, fingerprint: text }, { requiredKeys: ["model"] }),
    units,
    costPico: cost,
    priceAbove: count,
    spanId: text,
  },
  { requiredKeys: ["provider", "model", "startMs", "firstByteMs", "endMs", "status", "error", "usage", "costPico"] },
);

const facts: fc.Arbitrary<CallFacts> = fc
  .record(
    {
      id: text,
      at: fc.double({ min: 0, max: 4e12, noNaN: true }),
      keyId: orNull(text),
      requestedModel: text,
      endpoint: orNull(text),
      session: orNull(fc.record({ id: text, source: fc.constantFrom("header", "call") })),
      user: text,
      epoch: orNull(count),
      rolloutId: orNull(text),
      arm: orNull(fc.constantFrom("stable", "candidate")),
      placement: fc.constantFrom("draining", "holdback"),
      tier: orNull(fc.constantFrom("primary", "fallback:2", "cache:exact")),
      stream: fc.boolean(),
      errorCode: orNull(fc.constant("rate_limited" as const)),
      stages: fc.array(fc.record({ stage: text, startMs: time, endMs: time })),
      attempts: fc.array(attempt, { maxLength: 3 }),
      firstTokenMs: orNull(time),
      totalMs: time,
      usage: orNull(usage),
      units,
      costPico: cost,
      backtest: fc.record({ id: text, replays: text }),
      overrides: fc.array(text),
      retainBodiesDays: count,
      traceId: text,
      parentSpan: fc.record({ spanId: text, sampled: fc.boolean() }),
    },
    { requiredKeys: ["id", "at", "session", "attempts", "stages", "usage", "costPico", "totalMs"] },
  )
  .map((some) => callFacts(some));

/** As records from before were written. */
function named(call: CallFacts): NamedFacts {
  const attempts = call.attempts.map((each) => ({ ...each, costPico: each.costPico.toString() }));
  const stages = call.stages.flatMap(({ stage, startMs, endMs }) => [stage, startMs * 1_000, endMs * 1_000]);
  return { ...call, attempts, stages, costPico: call.costPico.toString() };
}

/** The form in which calls are stored: what it once was must be read for as long as they are kept. */
const WHOLE_TEXT = `[${[
  '"call_1"',
  "1001.5",
  '["key_1","openai-chat","asked","bot","production",true,"ses","header"]',
  '[2,"rol_1","rel_1","bot@7","candidate","fallback:1","sim","b",["temperature"],22]',
  '[206,"failed","provider_cut","stop",17,18,"21","prices"]',
  '["admit",1,2]',
  '[["sim","a",3,null,4,null,{"code":"provider_timeout","message":"late"},null,"5",null,null,-1,null],["sim","b",6,7,8,200,null,[11,12,13,14,15,true,{"cacheWrite1h":9,"tier":"flex"}],"16","fallback","answered",null,{"leftOut":["user"],"answered":{"model":"b-1","fingerprint":"fp"},"units":{"unit":"image","count":10,"priced":false},"priceAbove":36,"spanId":"span"}]]',
  "[19,12,13,14,15,true,null]",
  '{"user":"ada","placement":"draining","refusedBy":{"type":"budget","name":"team","per":"key","isShared":false},"leftWaiting":true,"units":{"unit":"second","count":20.5,"priced":true},"cache":{"status":"miss","key":"k","bypassed":null,"kept":"stored","waitedMs":27,"source":null},"findings":[{"check":"refusal","detail":"no","at":null,"attempt":33,"action":"record"}],"context":{"tokens":28,"isEstimate":true,"windowTokens":29,"reservedTokens":30,"done":"fits","cutMessages":31,"cutTokens":32},"promptCache":{"readTokens":23,"writtenTokens":24,"marks":25,"savedPico":"26"},"routing":{"strategy":"rules","intended":"small","action":"routed","propensities":{"routed":1},"isFirst":true,"asked":"big","served":null,"why":"a draw","score":34,"characters":35,"escalations":[]},"backtest":{"id":"bkt_1","replays":"call_0"},"traceId":"trace","parentSpan":{"spanId":"parent","sampled":true}}',
].join(",")}]`;

describe("the facts of a call as text", () => {
  it("have the form that records are kept in", () => {
    expect(writeFacts(WHOLE_FACTS)).toBe(WHOLE_TEXT);
    expect(readFacts(WHOLE_TEXT)).toEqual(WHOLE_FACTS);
    expect(Object.keys(readFacts(WHOLE_TEXT)).toSorted()).toEqual(Object.keys(WHOLE_FACTS).toSorted());
  });

  it("are the same when they are read, on one line", () => {
    fc.assert(
      fc.property(facts, (call) => {
        const written = writeFacts(call);
        expect(written).not.toContain("\n");
        expect(readFacts(written)).toEqual(call);
        // An attempt from before does not begin to say what it never said.
        expect(readFacts(written).attempts.map((each) => Object.keys(each).toSorted())).toEqual(
          call.attempts.map((each) => Object.keys(each).toSorted()),
        );
      }),
    );
  });

  it("say once what the last attempt and the call have used alike", () => {
    fc.assert(
      fc.property(facts, usage, (call, used) => {
        const last = { ...callFacts({}).attempts[0], ...call.attempts[0], usage: used } as AttemptRecord;
        const whole = { ...call, attempts: [last], usage: used };
        expect(readFacts(writeFacts(whole))).toEqual(whole);
      }),
    );
  });

  it("are read in the form of records from before, too", () => {
    fc.assert(
      fc.property(facts, (call) => {
        expect(readFacts(JSON.stringify(named(call)))).toEqual(call);
      }),
    );
  });

  it("are read with the stages of the oldest records", () => {
    const stages = [{ stage: "admit", startMs: 0.1, endMs: 0.2 }];
    expect(readFacts(JSON.stringify({ ...named(callFacts({})), stages })).stages).toEqual(stages);
  });
});
