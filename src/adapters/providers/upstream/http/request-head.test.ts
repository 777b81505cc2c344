import { expect, test } from "vitest";
import { requestHead } from "./request-head.ts";

const PARTS = { method: "POST", path: "/v1/x?y=1", host: "example.com", headers: ["a", "b"], more: [], bodyBytes: 3 };

test("has its line, its host, its headers and the length of its body", () => {
  expect(requestHead({ ...PARTS, more: ["traceparent", "00-1"] })).toBe(
    "POST /v1/x?y=1 HTTP/1.1\r\nhost: example.com\r\nconnection: keep-alive\r\na: b\r\ntraceparent: 00-1\r\ncontent-length: 3\r\n\r\n",
  );
  expect(requestHead({ ...PARTS, method: "GET", bodyBytes: null })).not.toContain("content-length");
});

test("headers that several requests share are written alike for all", () => {
  expect(requestHead(PARTS)).toBe(requestHead({ ...PARTS }));
});

test.each(["\r\n", "\n", "\r", "\u0000", "\u00fc"])("no %j gets into a path, a name or a value", (char) => {
  expect(() => requestHead({ ...PARTS, path: `/a${char}b` })).toThrow("cannot be sent");
  for (const pair of [
    ["a", `b${char}c: d`],
    [`a${char}b`, "c"],
  ]) {
    expect(() => requestHead({ ...PARTS, headers: pair })).toThrow("cannot be sent");
    expect(() => requestHead({ ...PARTS, more: pair })).toThrow("cannot be sent");
  }
});

test("a path begins with a slash and has no blank in it", () => {
  for (const path of ["", "v1", "/a b", "http://elsewhere/"]) {
    expect(() => requestHead({ ...PARTS, path })).toThrow("cannot be sent");
  }
});
