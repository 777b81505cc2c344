import type { Socket } from "node:net";
import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../src/domain/errors.ts";
import { until } from "../fixtures/recording-sink.ts";
import { LAST_CHUNK, chunkedHead, createRudeServer, httpChunk } from "../fixtures/rude-server.ts";
import { SENTINEL } from "./provider-subject.ts";
import { OK, against, ask, closers, providerAt, whole } from "./rude-provider.ts";

describe("an upstream that frames its answer in odd ways", () => {
  test("its bytes arrive whole in chunks of one byte, also inside a character", async () => {
    const body = Buffer.from(`data: {"x":"🦆 – ü"}\r\n\r\ndata: [DONE]\n\n`);
    const { provider } = await against((socket) => {
      socket.write(chunkedHead());
      for (const byte of body) socket.write(httpChunk(Buffer.from([byte])));
      socket.write(LAST_CHUNK);
    });
    const sink = await ask(provider);
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(sink.body.equals(body)).toBe(true);
  });

  test("its bytes arrive whole in any chunking and any packets", async () => {
    let wire = Buffer.alloc(0);
    let cuts: readonly number[] = [];
    const { provider } = await against((socket) => {
      const ends = [...cuts, wire.length];
      const write = (from: number): void => {
        const to = ends.shift();
        // One turn between two writes, so that they leave in packets of their own.
        if (to !== undefined) socket.write(wire.subarray(from, to), () => setImmediate(write, to));
      };
      write(0);
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 20 }),
        fc.array(fc.nat(400), { maxLength: 12 }),
        async (chunks, at) => {
          const framed = chunks.map((chunk) => httpChunk(Buffer.from(chunk)));
          wire = Buffer.concat([Buffer.from(chunkedHead()), ...framed, Buffer.from(LAST_CHUNK)]);
          cuts = at.filter((cut) => cut < wire.length).toSorted((one, other) => one - other);
          const sink = await ask(provider);
          expect(sink.told.at(-1)).toBe("end");
          expect(sink.body.equals(Buffer.concat(chunks))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("a body that ends with the connection is whole", async () => {
    const { provider } = await against((socket) => socket.end(`${OK}\r\n{"a":1}`));
    const sink = await ask(provider);
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(sink.body.toString()).toBe(`{"a":1}`);
  });

  test("its trailers are not looked at", async () => {
    const { provider } = await against((socket) => {
      socket.write(
        `${chunkedHead("trailer: authorization, x-request-id\r\n")}2\r\nok\r\n0\r\nauthorization: Bearer x\r\nx-request-id: late\r\n\r\n`,
      );
    });
    const sink = await ask(provider);
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(sink.headers).toEqual({ "content-type": "text/event-stream" });
  });

  test("a few informational answers before the real one are passed over", async () => {
    const hint = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
    const { provider } = await against((socket) => socket.write(hint.repeat(3) + whole("{}")));
    const sink = await ask(provider);
    expect(sink.told).toEqual(["head", "data", "end"]);
    expect(sink.status).toBe(200);
  });

  test("a flood of informational answers is ended", async () => {
    const { server, provider } = await against((socket) => {
      const flood = (): void => {
        if (!socket.destroyed) socket.write("HTTP/1.1 102 Processing\r\n\r\n".repeat(1_000), () => setImmediate(flood));
      };
      flood();
    });
    const sink = await ask(provider);
    expect(sink.told).toEqual(["fail"]);
    expect(sink.error?.code).toBe("provider_bad_answer");
    await until(() => server.open() === 0);
  });
});

const NOTHING = ["fail"];
const A_PART = ["head", "data", "fail"];

/** What the upstream does, and what must come of it. */
interface Breach {
  readonly title: string;
  readonly answer: (socket: Socket) => void;
  readonly code: ErrorCode;
  readonly told: readonly string[];
}

const BREACHES: readonly Breach[] = [
  {
    title: "words that are not HTTP",
    answer: (socket) => socket.write("220 mail.example.com ESMTP\r\n"),
    code: "provider_bad_answer",
    told: NOTHING,
  },
  {
    title: "a head of 40 kB",
    answer: (socket) => socket.write(`${OK}x-filler: ${"a".repeat(40_000)}\r\n\r\n`),
    code: "provider_bad_answer",
    told: NOTHING,
  },
  {
    title: "a head of 40 kB in small headers",
    answer: (socket) => socket.write(`${OK}${"x-a: b\r\n".repeat(6_000)}\r\n`),
    code: "provider_bad_answer",
    told: NOTHING,
  },
  {
    title: "both lengths at once",
    answer: (socket) => socket.write(`${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    code: "provider_bad_answer",
    told: NOTHING,
  },
  {
    title: "an upgrade nobody asked for",
    answer: (socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
    code: "provider_unreachable",
    told: NOTHING,
  },
  {
    title: "a reset inside the head",
    answer: (socket) => socket.write(OK, () => socket.resetAndDestroy()),
    code: "provider_unreachable",
    told: NOTHING,
  },
  { title: "a close before the head", answer: (socket) => socket.end(), code: "provider_unreachable", told: NOTHING },
  {
    title: "a chunk size that is no number",
    answer: (socket) => socket.write(`${chunkedHead()}5\r\nhello\r\nZZ\r\nworld\r\n`),
    code: "provider_cut",
    told: A_PART,
  },
  {
    title: "a chunk longer than its size",
    answer: (socket) => socket.write(`${chunkedHead()}2\r\nhello\r\n0\r\n\r\n`),
    code: "provider_cut",
    told: A_PART,
  },
  {
    title: "a body shorter than announced",
    answer: (socket) => socket.end(`${OK}content-length: 10\r\n\r\nhello`),
    code: "provider_cut",
    told: A_PART,
  },
  {
    title: "a chunked body without its end",
    answer: (socket) => socket.end(`${chunkedHead()}5\r\nhello\r\n`),
    code: "provider_cut",
    told: A_PART,
  },
  {
    title: "a reset inside the body",
    answer: (socket) =>
      socket.write(`${chunkedHead()}5\r\nhello\r\n`, () => setImmediate(() => socket.resetAndDestroy())),
    code: "provider_cut",
    told: A_PART,
  },
  {
    title: "a compressed body",
    answer: (socket) => socket.write(`${OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\nxx`),
    code: "provider_bad_answer",
    told: NOTHING,
  },
  {
    title: "a body compressed twice",
    answer: (socket) => socket.write(`${OK}content-encoding: gzip, br\r\ncontent-length: 2\r\n\r\nxx`),
    code: "provider_bad_answer",
    told: NOTHING,
  },
  {
    title: "a length over the limit",
    answer: (socket) => socket.write(`${OK}content-length: 1000001\r\n\r\n{`),
    code: "answer_too_large",
    told: NOTHING,
  },
];

describe("an upstream that breaks the protocol", () => {
  test.each(BREACHES)("$title ends in $code", async ({ answer, code, told }) => {
    const { provider } = await against(answer);
    const sink = await ask(provider);
    expect(sink.error?.code).toBe(code);
    expect(sink.told).toEqual(told);
    expect(inspect(sink.error, { depth: 10 })).not.toContain(SENTINEL);
  });

  test("an endless body is ended at the limit", async () => {
    const { server, provider } = await against((socket) => {
      socket.write(chunkedHead());
      const more = (): void => {
        if (!socket.destroyed) socket.write(httpChunk(Buffer.alloc(50_000, "x")), () => setImmediate(more));
      };
      more();
    });
    const sink = await ask(provider);
    expect(sink.error?.code).toBe("answer_too_large");
    expect(sink.error?.retryable).toBe(false);
    expect(sink.bytes).toBeLessThanOrEqual(1_000_000);
    await until(() => server.open() === 0);
  });

  test("an answer smuggled behind another reaches nobody", async () => {
    const { server, provider } = await against((socket, n) => {
      socket.write(whole(`{"call":${n}}`) + (n === 0 ? whole(`{"call":"smuggled"}`) : ""));
    });
    const bodies = [];
    for (let call = 0; call < 4; call += 1) bodies.push((await ask(provider)).body.toString());
    expect(bodies).toEqual([`{"call":0}`, `{"call":1}`, `{"call":2}`, `{"call":3}`]);
    expect(server.requests).toHaveLength(4);
  });

  test("the bytes of a broken answer are in no error", async () => {
    const { provider } = await against((socket) => socket.write(`HTTP/1.1 OK you sent ${SENTINEL}\r\n\r\n`));
    const { error } = await ask(provider);
    expect(error?.cause).toBeInstanceOf(Error);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SENTINEL);
  });
});

describe("what comes back and what goes out", () => {
  test("only headers of the allow-list come back, with printable values, in a bounded number", async () => {
    const limits = Array.from({ length: 100 }, (_, index) => `x-ratelimit-${index}: ${index}\r\n`).join("");
    const { provider } = await against((socket) => {
      socket.write(
        `${OK}set-cookie: a=b\r\nx-powered-by: y\r\nRetry-After: 3\r\nx-request-id: caf\u00e9\r\n${limits}content-length: 2\r\n\r\n{}`,
        "latin1",
      );
    });
    const { headers } = await ask(provider);
    expect(headers["retry-after"]).toBe("3");
    expect(Object.keys(headers)).not.toContain("set-cookie");
    expect(Object.keys(headers)).not.toContain("x-request-id");
    expect(Object.keys(headers).length).toBeLessThanOrEqual(32);
  });

  test("a redirect is handed up and not followed", async () => {
    const inside = await createRudeServer((socket) => socket.write(whole("{}")));
    closers.push(() => inside.close());
    const { provider } = await against((socket) => {
      socket.write(
        `HTTP/1.1 307 Temporary Redirect\r\nlocation: ${inside.origin}/v1/chat/completions\r\ncontent-length: 0\r\n\r\n`,
      );
    });
    const sink = await ask(provider);
    expect(sink.status).toBe(307);
    expect(provider.fault(sink.status, sink.headers, sink.body).code).toBe("provider_bad_answer");
    expect(inside.requests).toHaveLength(0);
  });

  test("the path and query of the base URL are kept, and configured headers are sent", async () => {
    const server = await createRudeServer((socket) => socket.write(whole("{}")));
    closers.push(() => server.close());
    const provider = providerAt(`${server.origin}/deployments/x/?api-version=2026-01-01`, {
      headers: { "X-Team": "support" },
    });
    await ask(provider);
    const head = server.requests[0]?.toString() ?? "";
    expect(head).toContain("POST /deployments/x/chat/completions?api-version=2026-01-01 HTTP/1.1\r\n");
    expect(head).toContain("x-team: support\r\n");
  });
});
