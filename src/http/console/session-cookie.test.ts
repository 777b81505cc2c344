import { describe, expect, test } from "vitest";
import { sessionTokenIn, signedInCookie } from "./session-cookie.ts";

const OWN = "a".repeat(64);
const PLANTED = "b".repeat(64);

/** A browser's request with the cookies that it has for a host. */
const from = (host: string, cookie: string, headers: Readonly<Record<string, string>> = {}) => ({
  headers: { host, cookie, ...headers },
});

describe("over TLS", () => {
  // Browsers send Fetch Metadata only where the connection can be trusted.
  const site = { "sec-fetch-site": "same-origin" };

  test.each([
    ["a page that is read", site],
    ["a change", { ...site, origin: "https://rollward.example.com" }],
    ["a change by a browser without Fetch Metadata", { origin: "https://rollward.example.com" }],
  ])("a cookie that a sibling of the host could have planted is not read: %s", (_, headers) => {
    expect(sessionTokenIn(from("rollward.example.com", `rollward=${PLANTED}`, headers))).toBeNull();
    const both = `rollward=${PLANTED}; __Host-rollward=${OWN}`;
    expect(sessionTokenIn(from("rollward.example.com", both, headers))).toBe(OWN);
  });
});

describe("without TLS", () => {
  test.each([
    ["127.0.0.1:4477", { "sec-fetch-site": "same-origin" }],
    ["localhost:4477", { "sec-fetch-site": "none" }],
    ["console.localhost:4477", { "sec-fetch-site": "same-origin" }],
    ["[::1]:4477", { "sec-fetch-site": "same-origin" }],
    ["rollward.internal:4477", {}],
    ["rollward.internal:4477", { origin: "http://rollward.internal:4477", "sec-fetch-site": "same-origin" }],
  ])("the plain name is the only one that there is: %s %j", (host, headers) => {
    expect(sessionTokenIn(from(host, `rollward4477=${OWN}`, headers))).toBe(OWN);
  });

  test("what is no token of ours is none", () => {
    expect(sessionTokenIn(from("localhost", "rollward=short"))).toBeNull();
    expect(sessionTokenIn({ headers: { host: "localhost" } })).toBeNull();
  });
});

test("a cookie is read where it was set, whatever the scheme", () => {
  for (const [host, origin] of [
    ["localhost:4477", "http://localhost:4477"],
    ["localhost:8443", "https://localhost:8443"],
    ["rollward.example.com", "https://rollward.example.com"],
    ["rollward.example.com:8443", "https://rollward.example.com:8443"],
  ] as const) {
    const [cookie = ""] = signedInCookie({ headers: { host, origin } }, OWN).split(";");
    expect(sessionTokenIn(from(host, cookie, { "sec-fetch-site": "same-origin" }))).toBe(OWN);
    expect(sessionTokenIn(from(host, cookie, { origin, "sec-fetch-site": "same-origin" }))).toBe(OWN);
  }
});
