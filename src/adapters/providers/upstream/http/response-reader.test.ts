import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { END, ResponseReader } from "./response-reader.ts";
import type { ResponseHead } from "./response-head.ts";

/** What a reader makes of bytes that come in these pieces. */
interface Reading {
  readonly head: ResponseHead | null;
  readonly body: string;
  readonly isWhole: boolean;
  readonly rest: boolean;
}

function read(...pieces: readonly (string | Buffer)[]): Reading {
  const reader = new ResponseReader();
  let head: ResponseHead | null = null;
  const body: Buffer[] = [];
  for (const piece of pieces) {
    reader.push(Buffer.isBuffer(piece) ? piece : Buffer.from(piece, "latin1"));
    for (let part = reader.next(); part !== null; part = reader.next()) {
      const whole = { head, body: Buffer.concat(body).toString("latin1"), isWhole: true, rest: !reader.isEmpty };
      if (part === END) return whole;
      if (Buffer.isBuffer(part)) body.push(part);
      else head = part;
    }
  }
  return { head, body: Buffer.concat(body).toString("latin1"), isWhole: reader.endsWithConnection, rest: false };
}

const sized = (headers: string, body = ""): string =>
  `HTTP/1.1 200 OK\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
const chunked = (chunks: string, headers = ""): string =>
  `HTTP/1.1 200 OK\r\n${headers}transfer-encoding: chunked\r\n\r\n${chunks}`;

const codeOf = (...pieces: readonly string[]): unknown => {
  try {
    read(...pieces);
    return null;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

describe("an answer", () => {
  test("has its status, its headers in lower case and its body", () => {
    const { head, body, isWhole } = read(sized("X-One:  a b\t\r\nX-Two:\r\nx-one: \u00fc\r\n", "hello"));
    expect(head?.status).toBe(200);
    expect(head?.headers).toEqual(["x-one", "a b", "x-two", "", "x-one", "\u00fc", "content-length", "5"]);
    expect([body, isWhole]).toEqual(["hello", true]);
  });

  test("in chunks has their bytes, whatever is said beside them", () => {
    const reading = read(chunked(`5;a;b=c;d="e\\"f"\r\nhello\r\n00A\r\n0123456789\r\n0\r\nx-trailer: 1\r\n\r\n`));
    expect(reading).toMatchObject({ body: "hello0123456789", isWhole: true, rest: false });
  });

  test("without a length ends with the connection", () => {
    expect(read("HTTP/1.1 200 OK\r\n\r\nhel", "lo")).toMatchObject({ body: "hello", isWhole: true });
  });

  test.each([204, 304])("with status %i has no body, whatever it announces", (status) => {
    const head = `HTTP/1.1 ${status} Nothing\r\n`;
    expect(read(`${head}\r\n`)).toMatchObject({ isWhole: true, rest: false, head: { keepsOpen: true } });
    expect(read(`${head}content-length: 3\r\n\r\nabc`)).toMatchObject({ isWhole: true, rest: true });
    expect(read(`${head}content-length: 3\r\n\r\n`).head?.keepsOpen).toBe(false);
    expect(read(`${head}transfer-encoding: chunked\r\n\r\n`).head?.keepsOpen).toBe(false);
  });

  test("may follow informational ones, of which 32 are taken", () => {
    const hint = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    expect(read(hint.repeat(32) + sized("", "a"))).toMatchObject({ body: "a", head: { status: 200 } });
    expect(codeOf(hint.repeat(33))).toBe("ROLLWARD_TOO_MANY_INFORMATIONAL");
    expect(codeOf("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n")).toBe("ROLLWARD_UPGRADE");
  });

  test("says whether and how long its connection may be kept", () => {
    const headOf = (text: string): ResponseHead | null => read(text).head;
    expect(headOf(sized(""))).toMatchObject({ keepsOpen: true, idleSeconds: null });
    expect(headOf(sized("Connection: x, Close\r\n"))?.keepsOpen).toBe(false);
    expect(headOf(sized("connection: x\r\nconnection: close\r\n"))?.keepsOpen).toBe(false);
    expect(headOf(sized("connection: keep-alive\r\nkeep-alive: max=9, timeout=5\r\n"))?.idleSeconds).toBe(5);
    expect(headOf("HTTP/1.1 200 OK\r\n\r\n")?.keepsOpen).toBe(false);
    expect(headOf("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n")?.keepsOpen).toBe(false);
    expect(headOf("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n")?.keepsOpen).toBe(true);
    const old = "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n";
    expect(headOf(old)?.keepsOpen).toBe(false);
  });

  test("is followed by the next one in the same bytes", () => {
    const reader = new ResponseReader();
    reader.push(Buffer.from(sized("", "a") + chunked("1\r\nb\r\n0\r\n\r\n")));
    const parts = Array.from({ length: 7 }, () => reader.next()).map((part) =>
      Buffer.isBuffer(part) ? part.toString() : part === END ? "end" : part === null ? null : part.status,
    );
    expect(parts).toEqual([200, "a", "end", 200, "b", "end", null]);
  });
});

describe("what breaks HTTP", () => {
  test.each([
    ["another protocol", "220 mail.example.com ESMTP\r\n"],
    ["another version", "HTTP/2.0 200 OK\r\n\r\n"],
    ["an empty line in front", "\r\nHTTP/1.1 200 OK\r\n\r\n"],
    ["a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"],
    ["a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n"],
    ["a status below 100", "HTTP/1.1 099 OK\r\n\r\n"],
    ["a line that ends with a line feed alone", "HTTP/1.1 200 OK\n"],
    ["a carriage return inside a line", "HTTP/1.1 200 OK\r\na: b\rc"],
    ["a folded header", "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n"],
    ["a header that begins with a blank", "HTTP/1.1 200 OK\r\n a: b\r\n\r\n"],
    ["a blank before the colon", "HTTP/1.1 200 OK\r\na : b\r\n\r\n"],
    ["a header without a colon", "HTTP/1.1 200 OK\r\na\r\n\r\n"],
    ["a header without a name", "HTTP/1.1 200 OK\r\n: b\r\n\r\n"],
    ["a zero byte in a value", "HTTP/1.1 200 OK\r\na: \u0000\r\n\r\n"],
    ["two lengths that differ", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"],
    ["the same length twice", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n"],
    ["a list of lengths", "HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\n"],
    ["a length with a sign", "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\n"],
    ["a hexadecimal length", "HTTP/1.1 200 OK\r\ncontent-length: 0x1\r\n\r\n"],
    ["a length with a blank of another kind", "HTTP/1.1 200 OK\r\ncontent-length: 1\u00a0\r\n\r\n"],
    ["an empty length", "HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\n"],
    ["a length beyond what is exact", "HTTP/1.1 200 OK\r\ncontent-length: 9007199254740993\r\n\r\n"],
    ["a length and chunks", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"],
    ["another coding", "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n"],
    ["chunks twice", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n"],
    ["a chunk without a size", chunked("\r\n")],
    ["a size with a sign", chunked("-1\r\n")],
    ["a size with a prefix", chunked("0x1\r\na\r\n")],
    ["a size with a blank behind it", chunked("1 \r\na\r\n")],
    ["a size that is too long to be exact", chunked("00000000000001\r\na\r\n")],
    ["a size that ends with a line feed alone", chunked("1\na")],
    ["an extension without a name", chunked("1;\r\na\r\n")],
    ["an extension that does not end", chunked(`1;${"a".repeat(2_000)}`)],
    ["a chunk longer than its size", chunked("2\r\nhello\r\n0\r\n\r\n")],
    ["a chunk that ends with a line feed alone", chunked("1\r\na\n0\r\n\r\n")],
    ["an informational answer of HTTP/1.0", "HTTP/1.0 103 Early Hints\r\n\r\n"],
    ["an informational answer that closes", "HTTP/1.1 103 Early Hints\r\nconnection: close\r\n\r\n"],
    ["a length behind the body", chunked("0\r\ncontent-length: 3\r\n\r\n")],
    ["a trailer that is none", chunked("0\r\nabc\r\n\r\n")],
  ])("%s is refused", (_, text) => {
    expect(codeOf(text)).toBe("ROLLWARD_NO_HTTP");
    expect(codeOf(...text.split(""))).toBe("ROLLWARD_NO_HTTP");
  });

  test("a head beyond 16 KiB is refused before it ends, and so are trailers and more than 256 headers", () => {
    const large = "a".repeat(17_000);
    for (const text of [
      `HTTP/1.1 200 OK\r\na: ${large}`,
      `HTTP/1.1 200 OK\r\na: ${large}\r\n\r\n`,
      chunked(`0\r\na: ${large}`),
      sized("a: b\r\n".repeat(256)),
    ]) {
      expect(codeOf(text)).toBe("ROLLWARD_HEAD_TOO_LARGE");
    }
  });
});

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array).toString("latin1"));
const framedChunk = (chunk: string): string => `${chunk.length.toString(16)}\r\n${chunk}\r\n`;

/** Whole answers and their bodies. */
const answers = fc.oneof(
  bytes.map((body) => ({ text: sized("x-a: b\r\n", body), body })),
  fc.array(bytes, { maxLength: 5 }).map((given) => {
    const chunks = given.filter((chunk) => chunk !== "");
    return { text: chunked(`${chunks.map(framedChunk).join("")}0\r\n\r\n`), body: chunks.join("") };
  }),
);

describe("in pieces", () => {
  test("an answer is the same in any pieces", () => {
    fc.assert(
      fc.property(answers, fc.array(fc.nat(200), { maxLength: 12 }), ({ text, body }, at) => {
        const cuts = [0, ...at.filter((cut) => cut < text.length).toSorted((a, b) => a - b), text.length];
        const pieces = cuts.slice(1).map((cut, index) => text.slice(cuts[index], cut));
        expect(read(...pieces)).toEqual(read(text));
        expect(read(text)).toMatchObject({ body, isWhole: true, rest: false });
      }),
    );
  });

  test("no beginning of an answer is taken for the whole", () => {
    fc.assert(
      fc.property(answers, ({ text }) => {
        for (let length = 0; length < text.length; length += 1) expect(read(text.slice(0, length)).isWhole).toBe(false);
      }),
    );
  });
});
