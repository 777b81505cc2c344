import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { ByteSink, ForwardRequest, WireProvider } from "../../ports/provider.ts";
import { GatheredAnswer } from "./gathered-answer.ts";

const REQUEST: ForwardRequest = {
  callId: "call_1",
  dialect: "anthropic-messages",
  model: "m-1",
  bytes: Buffer.from("{}"),
  connectMs: 1_000,
  operation: "count-tokens",
};

/** A provider that does with its sink what the test says, and counts how often it was stopped. */
function providerThat(answers: (sink: ByteSink) => void): {
  readonly provider: WireProvider;
  readonly aborts: () => number;
} {
  let aborts = 0;
  const provider: WireProvider = {
    name: "p",
    prices: new Map(),
    speaks: ["anthropic-messages"],
    reportsStreamUsage: true,
    forward(_, sink) {
      answers(sink);
      return { pause: () => {}, resume: () => {}, abort: () => void (aborts += 1) };
    },
    fault: (status, _, body) =>
      new RollwardError("provider_refused_request", { reason: `${status} ${body.toString()}` }),
    close: () => Promise.resolve(),
  };
  return { provider, aborts: () => aborts };
}

const asked = (answers: (sink: ByteSink) => void, clock = new HandClock()) => {
  const { provider, aborts } = providerThat(answers);
  const answer = new GatheredAnswer(provider, clock, 500);
  return { clock, aborts, answer, whole: answer.ask(REQUEST) };
};

test("gathers an answer that comes in pieces", async () => {
  const { whole } = asked((sink) => {
    sink.head(200, {});
    sink.data(Buffer.from('{"input_'));
    sink.data(Buffer.from('tokens":7}'));
    sink.end();
  });
  expect((await whole).body.toString()).toBe('{"input_tokens":7}');
});

test("is refused as the provider refuses", async () => {
  const { whole } = asked((sink) => {
    sink.head(400, {});
    sink.data(Buffer.from("no"));
    sink.end();
  });
  await expect(whole).rejects.toMatchObject({ code: "provider_refused_request", details: { reason: "400 no" } });
});

test("stops a provider that takes too long, says too much, or whose client has left", async () => {
  const late = asked(() => {});
  late.clock.advance(500);
  await expect(late.whole).rejects.toMatchObject({ code: "provider_timeout" });
  const left = asked(() => {});
  left.answer.stop();
  await expect(left.whole).rejects.toMatchObject({ code: "provider_cut" });
  expect([late.aborts(), left.aborts()]).toEqual([1, 1]);
  const endless = asked((sink) => {
    sink.head(200, {});
    sink.data(Buffer.alloc(300_000));
  });
  await expect(endless.whole).rejects.toMatchObject({ code: "answer_too_large" });
  expect(endless.aborts()).toBe(1);
});
