import { expect, test } from "vitest";
import type { DialectName } from "../../ports/dialect.ts";
import type { OpenCall } from "../open-call.ts";
import { mostUnitsPico } from "./most-units.ts";

const PRICE = { units: { image: 7n, minute: 60_000n, character: 3n } };

/** The parts of a call that are looked at. */
const callOf = (name: DialectName, body: object, bytes = 0): OpenCall =>
  ({ request: { body }, arrival: { dialect: { name }, bytes: Buffer.alloc(bytes) } }) as unknown as OpenCall;

test.each<[string, OpenCall, bigint]>([
  ["one image", callOf("openai-images", {}), 7n],
  ["several images", callOf("openai-images", { n: 3 }), 21n],
  ["several images of a form", callOf("openai-images", { n: "4" }), 28n],
  ["more images than there can be", callOf("openai-images", { n: 1e300 }), 70n],
  ["a number of images that is none", callOf("openai-images", { n: "many" }), 7n],
  ["speech", callOf("openai-audio", { input: "h\u00e9\u{1f600}" }), 9n],
  ["sound", callOf("openai-audio", {}, 5_000), 10_000n],
  ["a conversation", callOf("openai-chat", { n: 3 }), 0n],
])("what %s can cost at most", (_, call, pico) => {
  expect(mostUnitsPico(call, PRICE)).toBe(pico);
  expect(mostUnitsPico(call, {})).toBe(0n);
});
