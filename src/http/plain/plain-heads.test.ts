import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CLIENT_HEADS } from "../../../test/fixtures/client-heads.ts";
import { PlainHeads } from "./plain-heads.ts";
import { readPlainHead } from "./read-plain-head.ts";

const clients = Object.values(CLIENT_HEADS).map((head) => head.trim().split("\n"));

/** A client's head with lines changed, put in, taken out or damaged, and what follows it. */
const sent = fc
  .record({
    client: fc.constantFrom(...clients.slice(0, 3)),
    edits: fc.array(
      fc.record({
        at: fc.nat({ max: 16 }),
        line: fc.constantFrom(
          "x-rollward-session: a",
          "x-rollward-session: b",
          "Content-Length: 7",
          "content-length: 12",
          "Host: other",
          "authorization: Bearer rw_b",
          "X-Api-Key: k",
          "Transfer-Encoding: chunked",
          "connection: close",
          "constructor: a",
          "no colon",
          "x-a: b\rc",
        ),
        removed: fc.nat({ max: 1 }),
      }),
      { maxLength: 2 },
    ),
    cut: fc.option(fc.nat({ max: 600 }), { freq: 6 }),
    next: fc.constantFrom("", "{}", "\r\n", "POST / HTTP/1.1\r\n\r\n"),
  })
  .map(({ client, edits, cut, next }) => {
    const lines = [...client];
    for (const { at, line, removed } of edits) lines.splice(at, removed, line);
    const bytes = Buffer.from(`${lines.join("\r\n")}\r\n\r\n${next}`, "latin1");
    return cut === null ? bytes : bytes.subarray(0, cut);
  });

test("one head after the other is read as if it were alone", () => {
  let plain = 0;
  const property = fc.property(fc.array(sent, { minLength: 2, maxLength: 12 }), (heads) => {
    const reader = new PlainHeads();
    for (const bytes of heads) {
      const alone = readPlainHead(bytes);
      expect(reader.read(bytes)).toEqual(alone);
      if (alone !== null) plain += 1;
    }
  });
  fc.assert(property, { numRuns: 2_000 });
  expect(plain).toBeGreaterThan(1_000);
});

test.each(Object.entries(CLIENT_HEADS))("what %s sends again and again is read alike each time", (_, head) => {
  const reader = new PlainHeads();
  const bytes = (session: number): Buffer =>
    Buffer.from([...head.trim().split("\n"), `x-turn: s${session}`, "", ""].join("\r\n"));
  for (let session = 0; session < 20; session += 1) {
    const read = reader.read(bytes(session));
    expect(read).toEqual(readPlainHead(bytes(session)));
    expect(read?.headers["x-turn"]).toBe(`s${session}`);
  }
});

test("headers of one request are not those of the next: whoever changes them changes one", () => {
  const reader = new PlainHeads();
  const bytes = Buffer.from([...(clients[0] ?? []), "", ""].join("\r\n"));
  reader.read(bytes);
  reader.read(bytes);
  const changed = reader.read(bytes);
  Object.assign(changed?.headers ?? {}, { host: "another" });
  expect(reader.read(bytes)).toEqual(readPlainHead(bytes));
});
