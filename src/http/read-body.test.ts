import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RollwardError } from "../domain/errors.ts";
import { ArrivingBytes, readBody } from "./read-body.ts";

interface Reading {
  readonly request: IncomingMessage;
  readonly result: Promise<RollwardError | Buffer>;
}

function reading(arriving: ArrivingBytes, limitBytes: number, contentLength?: number): Reading {
  const request = new IncomingMessage(new Socket());
  if (contentLength !== undefined) request.headers["content-length"] = String(contentLength);
  const result = new Promise<RollwardError | Buffer>((resolve) => {
    readBody(request, { limitBytes, arriving }, (fault, body) => resolve(fault ?? body ?? Buffer.alloc(0)));
  });
  return { request, result };
}

const KIB = 1024;

describe("reading a body", () => {
  test("gives back what came, in whatever pieces, and counts it out again", async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 9 * KIB }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(pieces, async (drawn) => {
        const arriving = new ArrivingBytes(64 * KIB);
        const { request, result } = reading(arriving, 64 * KIB);
        for (const piece of drawn) request.push(Buffer.from(piece));
        request.push(null);
        expect(await result).toEqual(Buffer.concat(drawn));
        expect(arriving.take(64 * KIB)).toBe(true);
      }),
    );
  });

  test("refuses a body that is declared too long before it reads any of it", async () => {
    const { request, result } = reading(new ArrivingBytes(KIB), 10, 11);
    expect(await result).toMatchObject({ code: "body_too_large", details: { limitBytes: 10 } });
    expect(request.listenerCount("data")).toBe(0);
  });

  test("stops at the limit when nothing was declared", async () => {
    const { request, result } = reading(new ArrivingBytes(KIB), 10);
    request.push(Buffer.alloc(6));
    request.push(Buffer.alloc(6));
    expect(await result).toMatchObject({ code: "body_too_large" });
    expect(request.listenerCount("data")).toBe(0);
  });

  test("takes small bodies also when large ones leave no room", async () => {
    const arriving = new ArrivingBytes(40 * KIB);
    const large = reading(arriving, 100 * KIB);
    large.request.push(Buffer.alloc(30 * KIB));
    const other = reading(arriving, 100 * KIB);
    const small = reading(arriving, 100 * KIB);
    // The pieces are handed on in later turns, in this order.
    other.request.push(Buffer.alloc(20 * KIB));
    small.request.push(Buffer.alloc(10 * KIB));
    small.request.push(null);
    expect(await other.result).toMatchObject({ code: "bodies_full", status: 503 });
    expect(await small.result).toHaveLength(10 * KIB);
    large.request.push(null);
    expect(await large.result).toHaveLength(30 * KIB);
    expect(arriving.take(40 * KIB)).toBe(true);
  });

  test("counts out a body whose client has left", async () => {
    const arriving = new ArrivingBytes(40 * KIB);
    const { request, result } = reading(arriving, 100 * KIB, 50 * KIB);
    request.push(Buffer.alloc(30 * KIB));
    await new Promise((resolve) => setImmediate(resolve));
    request.destroy(new Error("aborted"));
    expect(await result).toMatchObject({ code: "malformed_http" });
    expect(arriving.take(40 * KIB)).toBe(true);
  });
});
