import { expect, test } from "vitest";
import type { DialectName } from "../../ports/dialect.ts";
import type { OpenCall } from "../open-call.ts";
import { mostAnswer, mostUnitsPico } from "./most-units.ts";

const PRICE = { units: { image: 7n, minute: 60_000n, character: 3n } };

/** The parts of a call that are looked at. */
const callOf = (name: DialectName, body: object, bytes = 0): OpenCall =>
  ({
    placement: null,
    request: { body },
    arrival: { dialect: { name }, bytes: Buffer.alloc(bytes) },
  }) as unknown as OpenCall;

test.each<[string, OpenCall, bigint]>([
  ["one image", callOf("openai-images", {}), 7n],
  ["several images", callOf("openai-images", { n: 3 }), 21n],
  ["several images of a form", callOf("openai-images", { n: "4" }), 28n],
  ["more images than there can be", callOf("openai-images", { n: 1e300 }), 7_000_000n],
  ["a number of images that is none", callOf("openai-images", { n: "many" }), 7n],
  ["speech", callOf("openai-audio", { input: "h\u00e9\u{1f600}" }), 9n],
  ["sound", callOf("openai-audio", {}, 5_000), 10_000n],
  ["a conversation", callOf("openai-chat", { n: 3 }), 0n],
])("what %s can cost at most", (_, call, pico) => {
  expect(mostUnitsPico(call, PRICE)).toBe(pico);
  expect(mostUnitsPico(call, {})).toBe(0n);
});

/** A minute of sound in a form, as WAV of 16 kHz with 16 bits: 32,000 bytes a second. */
function minuteOfSpeech(bytesPerSecond: number): OpenCall {
  const bytes = Buffer.alloc(60 * 32_000);
  bytes.write("--form\r\n\r\nRIFF....WAVEfmt ", "latin1");
  bytes.writeUInt32LE(bytesPerSecond, bytes.indexOf("WAVE") + 20);
  const call = callOf("openai-audio", {});
  return { ...call, arrival: { ...call.arrival, bytes } };
}

test("a recording is likely to be as long as its header says, or speech of 16 kbit/s, and no longer than what is set aside", () => {
  const place = { provider: { speaks: null }, target: { provider: "openai", model: "whisper-1" } };
  const likely = (call: OpenCall) => mostAnswer(call, place).units;
  expect(likely(minuteOfSpeech(32_000))).toEqual({ unit: "second", count: 60 });
  expect(likely(minuteOfSpeech(0))).toEqual({ unit: "second", count: 3_840 });
  expect(likely(minuteOfSpeech(4_000_000_000))).toEqual({ unit: "second", count: 5 });
  expect(likely(callOf("openai-audio", {}, 120_000))).toEqual({ unit: "second", count: 60 });
});
