import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import packageJson from "../../../../package.json" with { type: "json" };
import { RecordingSink } from "../../../../test/fixtures/recording-sink.ts";
import { startOpenAiPlatform } from "../../../../test/fixtures/openai-platform.ts";
import type { PlatformRequest } from "../../../../test/fixtures/openai-platform.ts";
import type { ForwardRequest } from "../../../ports/provider.ts";
import { createOpenAiCompatible } from "./openai-compatible.ts";
import type { OpenAiCompatibleSettings } from "./openai-compatible.ts";
import { addressedHeaders, requestHeaders } from "../upstream/request-headers.ts";

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

describe("an operation of several", () => {
  const FILES = { dialect: "openai-files", model: "" } as const;
  const list = { method: "GET", path: "/files?limit=1" } as const;

  async function asked(
    more: Partial<OpenAiCompatibleSettings>,
    request: Pick<ForwardRequest, "dialect" | "model" | "address" | "headers">,
  ): Promise<PlatformRequest> {
    const platform = await startOpenAiPlatform();
    const query = more.baseUrl ?? "";
    const provider = createOpenAiCompatible({ ...settings, ...more, baseUrl: `${platform.baseUrl}${query}` });
    const sink = new RecordingSink();
    provider.forward({ callId: "c", bytes: Buffer.from("{}"), connectMs: 1_000, ...request }, sink);
    await sink.over;
    await provider.close();
    await platform.close();
    return platform.last();
  }

  test("is asked at its own address with its own method, and no body where there is none", async () => {
    const { method, url, body, headers } = await asked({}, { ...FILES, address: list });
    expect({ method, url, body: body.length }).toEqual({ method: "GET", url: "/v1/files?limit=1", body: 0 });
    expect(headers["content-type"]).toBeUndefined();
  });

  test("keeps the query of the settings beside its own", async () => {
    expect((await asked({ baseUrl: "?api=2" }, { ...FILES, address: list })).url).toBe("/v1/files?limit=1&api=2");
    const form = { "content-type": "multipart/form-data; boundary=a" };
    const sent = await asked(
      { deploymentsApi: "2024-10-21" },
      { dialect: "openai-audio", model: "a b", address: { method: "POST", path: "/audio/speech" }, headers: form },
    );
    expect(sent.url).toBe("/v1/deployments/a%20b/audio/speech?api-version=2024-10-21");
    expect(sent.headers["content-type"]).toBe("multipart/form-data; boundary=a");
  });

  test("of responses belongs to no deployment", async () => {
    const request = { dialect: "openai-responses", model: "m" } as const;
    expect((await asked({ deploymentsApi: "v" }, request)).url).toBe("/v1/responses?api-version=v");
  });

  test("is not sent with a content type that cannot be sent", () => {
    expect(() => addressedHeaders([], "POST", "a\r\nb: c")).toThrow("cannot be sent");
  });
});

test("speaks what it is told to, and translates others to the first of it", () => {
  expect(createOpenAiCompatible(settings).speaks).not.toContain("openai-responses");
  const modern = createOpenAiCompatible({ ...settings, speaks: ["openai-responses", "openai-chat"] });
  expect(modern.speaks.slice(0, 2)).toEqual(["openai-responses", "openai-chat"]);
});
