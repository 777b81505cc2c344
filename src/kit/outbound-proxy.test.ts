import * as fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { proxiesNamed, proxiesOf } from "./outbound-proxy.ts";

const PROXIES = { HTTPS_PROXY: "http://secure.proxy:3128", HTTP_PROXY: "http://plain.proxy:8080" };

const originFor = (address: string, environment: Readonly<Record<string, string>>): string | null =>
  proxiesOf({ ...PROXIES, ...environment })(new URL(address))?.origin ?? null;

describe("the proxy of an address", () => {
  it("goes by its protocol", () => {
    expect(originFor("https://api.example.com/v1", {})).toBe("http://secure.proxy:3128");
    expect(originFor("http://models.example.com", {})).toBe("http://plain.proxy:8080");
  });

  it("is none where none is named for the protocol", () => {
    const proxyFor = proxiesOf({ HTTP_PROXY: "plain.proxy:8080", HTTPS_PROXY: " " });
    expect(proxyFor(new URL("https://api.example.com"))).toBeNull();
    expect(proxyFor(new URL("http://api.example.com"))).toEqual({
      origin: "http://plain.proxy:8080",
      authorization: null,
      variable: "HTTP_PROXY",
    });
  });

  it("is read in lower case first, with its credentials", () => {
    const proxyFor = proxiesOf({ ...PROXIES, https_proxy: "https://me:p%40ss@other.proxy" });
    const authorization = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    expect(proxyFor(new URL("https://api.example.com"))).toEqual({
      origin: "https://other.proxy",
      authorization,
      variable: "https_proxy",
    });
  });

  test.each([
    ["*", "https://api.example.com", true],
    ["example.com", "https://example.com", true],
    ["example.com", "https://api.example.com", true],
    ["example.com", "https://badexample.com", false],
    ["EXAMPLE.com.", "https://api.example.com", true],
    [".example.com", "https://api.example.com", true],
    [".example.com", "https://example.com", false],
    ["*.example.com", "https://api.example.com", true],
    ["api.example.com:8443", "https://api.example.com", false],
    ["api.example.com:8443", "https://api.example.com:8443", true],
    ["api.example.com:443", "https://api.example.com", true],
    ["a.test, b.test  c.test", "https://c.test", true],
    ["10.0.0.0/8", "http://10.1.2.3:8000", true],
    ["10.0.0.0/8", "http://11.1.2.3:8000", false],
    ["10.1.2.3", "http://10.1.2.3:8000", true],
    ["10.0.0.0/33", "http://10.1.2.3", false],
    ["fd00::/8", "http://[fd12::1]", true],
    ["[fd12::1]:80", "http://[fd12::1]", true],
    ["fd12::1", "http://[fd12::1]:8000", true],
    [",, ,", "https://api.example.com", false],
  ])("NO_PROXY=%s leads %s past the proxy: %s", (list, address, isDirect) => {
    expect(originFor(address, { NO_PROXY: list }) === null).toBe(isDirect);
  });

  test.each(["http://localhost:11434", "https://127.8.9.1", "http://[::1]:8080", "http://models.localhost"])(
    "is never asked for %s, which is this machine",
    (address) => {
      expect(originFor(address, {})).toBeNull();
    },
  );

  it("is left out for whatever the list names, in any list", () => {
    const name = fc.domain();
    fc.assert(
      fc.property(fc.array(name), name, fc.array(name), (before, named, after) => {
        const NO_PROXY = [...before, named, ...after].join(",");
        expect(originFor(`https://${named}`, { NO_PROXY })).toBeNull();
        expect(originFor(`https://below.${named}`, { NO_PROXY })).toBeNull();
      }),
    );
  });

  it("is not looked at where everything goes without", () => {
    const environment = { HTTPS_PROXY: "socks5://proxy:1080", NO_PROXY: "a.test, *" };
    expect(proxiesNamed(environment)).toEqual([]);
    expect(proxiesOf(environment)(new URL("https://api.example.com"))).toBeNull();
  });

  it("is named for people without its credentials", () => {
    const named = proxiesNamed({ https_proxy: "http://me:word@secure.proxy:3128", HTTP_PROXY: "plain.proxy" });
    expect(named.map(({ origin, variable }) => `${origin} (${variable})`)).toEqual([
      "http://secure.proxy:3128 (https_proxy)",
      "http://plain.proxy (HTTP_PROXY)",
    ]);
  });

  test.each([
    ["socks5://secret:word@proxy:1080", /^HTTPS_PROXY names a proxy by socks5; only http and https are spoken\./],
    ["http://secret:word@:3128", /^HTTPS_PROXY is not the address of a proxy\. Write it like http/],
    ["http://secret%zz:word@proxy", /^HTTPS_PROXY has a name or a password/],
  ])("%s is refused in a sentence, without its credentials", (text, words) => {
    const read = (): unknown => proxiesOf({ HTTPS_PROXY: text });
    expect(read).toThrow(words);
    expect(read).not.toThrow(/secret/);
  });
});
