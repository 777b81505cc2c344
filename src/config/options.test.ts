import { describe, expect, test } from "vitest";
import { OptionsError, readOptions } from "./options.ts";

const publicUrlOf = (text: string): string | null | undefined =>
  readOptions(["--no-demo"], { ROLLWARD_PUBLIC_URL: text }).publicUrl;

describe("where people reach the server", () => {
  test.each([
    ["https://rollward.example.com", "https://rollward.example.com"],
    ["https://rollward.example.com/", "https://rollward.example.com"],
    ["https://example.com:8443/rollward/", "https://example.com:8443/rollward"],
    ["http://127.0.0.1:4400", "http://127.0.0.1:4400"],
    ["http://localhost:4400/", "http://localhost:4400"],
    ["http://[::1]:4400", "http://[::1]:4400"],
    ["", null],
  ])("is read from %s", (text, url) => {
    expect(publicUrlOf(text)).toBe(url);
  });

  test("is unknown unless it is said, and a flag wins", () => {
    expect(readOptions(["--no-demo"], {}).publicUrl).toBeNull();
    const flags = ["--no-demo", "--public-url", "https://one.example.com"];
    expect(readOptions(flags, { ROLLWARD_PUBLIC_URL: "https://other.example.com" }).publicUrl).toBe(
      "https://one.example.com",
    );
  });

  test.each([
    ["http://rollward.example.com", "is not https"],
    ["http://127.0.0.1.example.com", "is not https"],
    ["ftp://localhost", "is not https"],
    ["javascript:alert(1)", "is not https"],
    ["rollward.example.com", "is not a URL"],
    ["https://ada:secret@example.com", "holds a name or a password"],
    ["https://example.com/?tenant=1", "has a query or a fragment"],
    ["https://example.com/#now", "has a query or a fragment"],
    [`https://example.com/${"a".repeat(500)}`, "is not a URL"],
  ])("is refused as %s, in words that do not repeat it", (text, why) => {
    expect(() => publicUrlOf(text)).toThrow(OptionsError);
    expect(() => publicUrlOf(text)).toThrow(`The public URL ${why}. Write it like https://rollward.example.com.`);
  });
});
