import * as fc from "fast-check";
import { expect, test } from "vitest";
import { eventStreamFrame } from "../../../../test/fixtures/event-stream-frame.ts";
import { BrokenEventStream, EventStreamDecoder } from "./event-stream.ts";

const headers = fc.dictionary(fc.stringMatching(/^:?[a-z-]{1,20}$/), fc.string({ maxLength: 50 }), { maxKeys: 5 });
const payload = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const message = fc.record({ headers, payload }, { noNullPrototype: true });

test("messages come out as they went in, however the bytes are cut", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat({ max: 400 })), (messages, cuts) => {
      const whole = Buffer.concat(messages.map((one) => eventStreamFrame(one.headers, one.payload)));
      const places = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length].toSorted((a, b) => a - b);
      const decoder = new EventStreamDecoder();
      const read = places.flatMap((end, index) => decoder.push(whole.subarray(places[index - 1] ?? 0, end)));
      expect(read.map((one) => ({ headers: { ...one.headers }, payload: Buffer.from(one.payload) }))).toEqual(
        messages.map((one) => ({ headers: { ...one.headers }, payload: one.payload })),
      );
      expect(decoder.isClean).toBe(true);
    }),
  );
});

test("one changed byte is noticed, or leaves the stream unfinished", () => {
  fc.assert(
    fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (one, place, change) => {
      const bytes = eventStreamFrame(one.headers, one.payload);
      const at = place % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ change;
      const decoder = new EventStreamDecoder();
      expect(() => decoder.push(bytes)).toThrow(BrokenEventStream);
    }),
  );
});

test("bytes that are no event stream never do more than fail", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const decoder = new EventStreamDecoder();
      try {
        expect(decoder.push(Buffer.from(bytes)).length).toBeLessThanOrEqual(bytes.length / 16);
      } catch (error) {
        expect(error).toBeInstanceOf(BrokenEventStream);
      }
    }),
  );
});
