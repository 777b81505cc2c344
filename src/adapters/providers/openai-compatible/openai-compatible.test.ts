import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import packageJson from "../../../../package.json" with { type: "json" };
import { createOpenAiCompatible } from "./openai-compatible.ts";
import { requestHeaders } from "../upstream/request-headers.ts";

const settings = {
  name: "vendor",
  baseUrl: "http://127.0.0.1:1/v1",
  apiKey: null,
  headers: {},
  prices: new Map(),
  answerBytes: 1_000,
};

const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
};

describe("settings that cannot be used", () => {
  test.each(["ftp://example.com/v1", "example.com", "http://user:hidden-word@example.com/v1"])(
    "an address like %s is refused without being shown",
    (baseUrl) => {
      const error = thrownBy(() => createOpenAiCompatible({ ...settings, baseUrl }));
      expect(error).toMatchObject({ code: "invalid_request" });
      expect(inspect(error)).not.toContain("hidden-word");
    },
  );

  test.each(["Bearer\r\nx: y", "key\u00fc", "a\nb", "a\u0000b"])(
    "a key with characters that cannot be sent is refused without being shown",
    (key) => {
      const error = thrownBy(() => createOpenAiCompatible({ ...settings, apiKey: `hidden-word${key}` }));
      expect(error).toMatchObject({ code: "invalid_request" });
      expect(inspect(error)).not.toContain("hidden-word");
    },
  );

  test.each([
    "Content-Length",
    "host",
    "Transfer-Encoding",
    "Connection",
    "Accept-Encoding",
    "User-Agent",
    "Cookie",
    "bad name",
    "x:y",
  ])("the header %s is not for settings to set", (header) => {
    expect(thrownBy(() => createOpenAiCompatible({ ...settings, headers: { [header]: "x" } }))).toMatchObject({
      code: "invalid_request",
    });
  });

  test("a second authorization is refused, one without a key is sent", () => {
    const headers = { Authorization: "Token abc" };
    expect(thrownBy(() => requestHeaders({ name: "v", apiKey: "k", headers }))).toMatchObject({
      code: "invalid_request",
    });
    expect(requestHeaders({ name: "v", apiKey: null, headers })).toContain("Token abc");
  });
});

test("the user agent carries the version of the package", () => {
  expect(requestHeaders({ name: "v", apiKey: null, headers: {} })).toContain(`rollward/${packageJson.version}`);
});

test("none of several keys is repeated in an error, and a key that is not there is never replaced by another", async () => {
  const keys = { apiKey: "hidden-word-one", moreKeys: ["hidden-word-two"] };
  const provider = createOpenAiCompatible({ ...settings, ...keys });
  expect(provider.keys).toBe(2);
  const told = JSON.stringify({ error: { message: "Bad keys hidden-word-one and hidden-word-two." } });
  expect(provider.fault(400, {}, Buffer.from(told)).message).not.toContain("hidden-word");
  const request = { callId: "c", dialect: "openai-chat", model: "m", bytes: Buffer.from("{}"), connectMs: 10 } as const;
  const sink = { head() {}, data() {}, end() {}, fail() {} };
  expect(thrownBy(() => provider.forward({ ...request, key: 2 }, sink))).toBeInstanceOf(Error);
  await provider.close();
});
