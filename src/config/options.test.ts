import { resolve } from "node:path";
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

describe("what a setting is", () => {
  const SETTINGS = [
    ["port", "ROLLWARD_PORT", "--port", "4500", "4600", 4_500, 4_600, 4_400],
    ["host", "ROLLWARD_HOST", "--host", "0.0.0.0", "::1", "0.0.0.0", "::1", "127.0.0.1"],
    [
      "dataDir",
      "ROLLWARD_DATA_DIR",
      "--data-dir",
      ":memory:",
      "/tmp/b",
      ":memory:",
      "/tmp/b",
      resolve(".rollward/data"),
    ],
    [
      "databaseUrl",
      "DATABASE_URL",
      "--database-url",
      "postgres://a/b",
      "postgres://c/d",
      "postgres://a/b",
      "postgres://c/d",
      null,
    ],
    ["valkeyUrl", "VALKEY_URL", "--valkey-url", "redis://a", "rediss://b", "redis://a", "rediss://b", null],
    ["environment", "ROLLWARD_ENVIRONMENT", "--environment", "staging", "production", "staging", "production", null],
    ["allowCommands", "ROLLWARD_ALLOW_COMMANDS", "--allow-commands", "/tmp/a", "/tmp/b", "/tmp/a", "/tmp/b", null],
  ] as const;

  test.each(SETTINGS)("%s is what %s says, and what %s says where both do", (...row) => {
    const [member, variable, flag, text, flagText, value, flagValue, otherwise] = row;
    expect(readOptions(["--no-demo"], {})[member]).toBe(otherwise);
    expect(readOptions(["--no-demo"], { [variable]: text })[member]).toBe(value);
    expect(readOptions(["--no-demo", flag, flagText], {})[member]).toBe(flagValue);
    expect(readOptions(["--no-demo", flag, flagText], { [variable]: text })[member]).toBe(flagValue);
  });

  test("the admin key comes from its variable alone: everybody on a machine sees command lines", () => {
    const key = "a-key-of-24-characters-00";
    expect(readOptions(["--no-demo"], {}).adminKey).toBeNull();
    expect(readOptions(["--no-demo"], { ROLLWARD_ADMIN_KEY: key }).adminKey).toBe(key);
    expect(() => readOptions(["--admin-key", key], {})).toThrow(OptionsError);
  });

  test.each([
    ["a port that is no number", ["--port", "http"], {}, 'The port "http" is not a number from 0 to 65535.'],
    ["a port that is too large", [], { ROLLWARD_PORT: "70000" }, 'The port "70000" is not a number from 0 to 65535.'],
    ["a port between two", [], { ROLLWARD_PORT: "44.5" }, 'The port "44.5" is not a number from 0 to 65535.'],
    ["a short admin key", [], { ROLLWARD_ADMIN_KEY: "secret" }, "ROLLWARD_ADMIN_KEY has fewer than 24 characters"],
    ["another kind of server", [], { VALKEY_URL: "http://:pass@a" }, "does not begin with redis:// or rediss://"],
    ["a flag that there is not", ["--prot", "1"], {}, "--prot"],
  ] as const)("%s is refused, and no secret is repeated", (...[, flags, environment, words]) => {
    const read = (): unknown => readOptions(flags, environment);
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(words);
    expect(read).not.toThrow(/pass|secret/);
  });
});

describe("proxies", () => {
  test("are named for those who start it, and one that cannot be spoken to is a mistake", () => {
    expect(readOptions(["--no-demo"], {}).proxies).toEqual([]);
    expect(readOptions(["--no-demo"], { HTTPS_PROXY: "http://proxy:3128" }).proxies).toMatchObject([
      { origin: "http://proxy:3128", variable: "HTTPS_PROXY" },
    ]);
    const read = (): unknown => readOptions(["--no-demo"], { HTTPS_PROXY: "socks5://me:word@proxy" });
    expect(read).toThrow(OptionsError);
    expect(read).toThrow(/^HTTPS_PROXY names a proxy by socks5; .* NO_PROXY=\*\.$/);
  });
});
