import { describe, expect, it } from "vitest";
import { baseUrlFault, baseUrlPlaceFault, isLiterallyLocal } from "./base-url.ts";

describe("the form of a base URL", () => {
  it.each(["https://api.example.com/v1", "http://localhost:11434/v1", "https://api.example.com:8443"])(
    "may be %s",
    (url) => {
      expect(baseUrlFault(url)).toBeNull();
    },
  );

  it.each([
    ["", "not a URL"],
    ["api.example.com/v1", "not a URL"],
    ["file:///etc/passwd", "neither https nor http"],
    ["javascript:alert(1)", "neither https nor http"],
    ["https://user:pass@example.com", "user information"],
    ["https://@example.com", "user information"],
    ["https://user@example.com", "user information"],
    ["https://example.com?key=1", "query"],
    ["https://example.com/?", "query"],
    ["https://example.com/#x", "fragment"],
  ])("may not be %s", (url, reason) => {
    const fault = baseUrlFault(url);
    expect(fault?.message).toContain(reason);
    expect(JSON.stringify(fault)).not.toContain("pass");
  });
});

describe("the place that a base URL points at", () => {
  it.each([
    "http://10.0.0.1",
    "http://172.31.255.255",
    "http://192.168.0.1",
    "http://100.64.0.1",
    "http://0.0.0.0",
    "http://127.1",
    "http://127.0.0.2",
    "http://2130706433",
    "http://0x7f.1",
    "http://0177.0.0.1",
    "http://[::]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://[fd12::1]",
    "http://[64:ff9b::a00:1]",
    "http://[2002:a00:1::]",
    "http://localhost.",
    "http://x.localhost",
    "http://ⓛocalhost",
    "http://255.255.255.255",
  ])("is private at %s unless allowed", (url) => {
    expect(baseUrlPlaceFault(url, false)?.message).toContain("private address");
    expect(baseUrlPlaceFault(url, true)).toBeNull();
  });

  it.each([
    "http://localhost",
    "http://localhost:11434/v1",
    "http://127.0.0.1:8080/v1",
    "http://[::1]:1/",
    "HTTP://LOCALHOST/",
  ])("may be this machine in the plain spelling %s", (url) => {
    expect(isLiterallyLocal(url)).toBe(true);
    expect(baseUrlPlaceFault(url, false)).toBeNull();
  });

  it.each([
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://127.0.0.1@example.com",
    "http://localhostx",
  ])("is not this machine at %s", (url) => {
    expect(isLiterallyLocal(url)).toBe(false);
  });

  it.each([
    "http://169.254.169.254/latest",
    "http://[::ffff:169.254.169.254]",
    "http://0xa9fea9fe",
    "http://[fe80::1]",
    "http://[fd00:ec2::254]",
    "http://100.100.100.200",
    "http://metadata.google.internal",
    "http://metadata.google.internal.",
  ])("is never %s", (url) => {
    expect(baseUrlPlaceFault(url, true)?.message).toContain("metadata");
  });

  it.each([
    "https://api.example.com/v1",
    "https://8.8.8.8",
    "https://[2606:4700::1111]",
    "http://172.32.0.1",
    "http://ollama:11434",
  ])("may be %s", (url) => {
    expect(baseUrlPlaceFault(url, false)).toBeNull();
  });
});
