import { expect, test } from "vitest";
import { signV4 } from "./sign-v4.ts";

/** The credentials, scope and instant of AWS's own test suite for Signature Version 4. */
const TERMS = {
  credentials: {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    sessionToken: null,
  },
  region: "us-east-1",
  service: "service",
  nowMs: Date.UTC(2015, 7, 30, 12, 36, 0),
};

interface Given {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const sign = ({ method, path, headers = {}, body = "" }: Given): string => {
  const url = new URL(path, "https://example.amazonaws.com");
  return signV4({ method, url, headers, body: Buffer.from(body) }, TERMS)["authorization"] ?? "";
};

const VECTORS: readonly (readonly [name: string, given: Given, signature: string])[] = [
  ["get-vanilla", { method: "GET", path: "/" }, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
  ["post-vanilla", { method: "POST", path: "/" }, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
  [
    "get-vanilla-query-order-key-case",
    { method: "GET", path: "/?Param2=value2&Param1=value1" },
    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
  ],
  [
    "post-x-www-form-urlencoded",
    {
      method: "POST",
      path: "/",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "Param1=value1",
    },
    "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  ],
];

test.each(VECTORS)("the published vector %s comes out as published", (_, given, signature) => {
  expect(sign(given)).toContain(`Signature=${signature}`);
});

test("the published vector post-sts-header-before signs the session token", () => {
  const sessionToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";
  const url = new URL("https://example.amazonaws.com/");
  const signed = signV4(
    { method: "POST", url, headers: {}, body: Buffer.alloc(0) },
    { ...TERMS, credentials: { ...TERMS.credentials, sessionToken } },
  );
  expect(signed["authorization"]).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token");
  expect(signed["authorization"]).toContain(
    "Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
  );
});

test("a path that is escaped already is escaped once more, and the body counts", () => {
  const given = { method: "POST", path: "/endpoints/a%3Ab/invocations", body: "{}" };
  expect(sign(given)).not.toBe(sign({ ...given, path: "/endpoints/a:b/invocations" }));
  expect(sign(given)).not.toBe(sign({ ...given, body: "{ }" }));
});
