import { OFREPProvider } from "@openfeature/ofrep-provider";
import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";
import { OpenFeature, ProviderStatus } from "@openfeature/server-sdk";
import type { Client } from "@openfeature/server-sdk";
import { OpenFeature as WebOpenFeature, ProviderEvents } from "@openfeature/web-sdk";
import type { Provider } from "@openfeature/web-sdk";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { FLAG_PROJECT } from "../fixtures/flag-project.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const ADA = { targetingKey: "ada", email: "ada@example.com" };
const GUEST = { targetingKey: "guest" };

let server: RunningServer;

beforeAll(async () => {
  const limits = "limits: { evaluations: 1000/m }\n";
  server = await startServer({ "rollward.yaml": `${FLAG_PROJECT["rollward.yaml"]}${limits}` });
});

afterAll(async () => {
  await OpenFeature.close();
  await WebOpenFeature.close();
  await server.stop();
});

async function keyWith(scopes: readonly string[]): Promise<string> {
  const made = await server.ask("POST", "/api/keys", { name: "app", scopes });
  return (made.body as { readonly secret: string }).secret;
}

const bearer = (key: string): [string, string][] => [["Authorization", `Bearer ${key}`]];

describe("the OpenFeature SDK for servers with the official OFREP provider", () => {
  let domains = 0;
  async function clientWith(headers: [string, string][]): Promise<Client> {
    const domain = `server-${(domains += 1)}`;
    await OpenFeature.setProviderAndWait(domain, new OFREPProvider({ baseUrl: server.url, headers }));
    return OpenFeature.getClient(domain);
  }

  test("evaluates flags of every type", async () => {
    const client = await clientWith(bearer(await keyWith(["flags"])));
    expect(client.providerStatus).toBe(ProviderStatus.READY);
    expect(await client.getBooleanValue("support-summaries", false, ADA)).toBe(true);
    expect(await client.getBooleanValue("support-summaries", true, GUEST)).toBe(false);
    expect(await client.getStringValue("greeting", "?", GUEST)).toBe("Good morning");
    expect(await client.getNumberValue("seats", -1, ADA)).toBe(5);
    expect(await client.getNumberValue("seats", -1, GUEST)).toBe(0.5);
    expect(await client.getObjectValue("layout", {}, GUEST)).toEqual({ columns: 2, parts: ["a", "b"] });
  });

  test("has the variant, the reason, the rule and the flag's metadata in its details", async () => {
    const client = await clientWith([["X-API-Key", await keyWith(["inference"])]]);
    expect(await client.getBooleanDetails("support-summaries", false, ADA)).toMatchObject({
      value: true,
      variant: "on",
      reason: "TARGETING_MATCH",
      flagMetadata: { team: "support", rule: "staff" },
    });
    expect(await client.getBooleanDetails("support-summaries", true, GUEST)).toMatchObject({
      reason: "DEFAULT",
      variant: "off",
    });
    expect(await client.getNumberDetails("seats", 1, GUEST)).toMatchObject({
      reason: "DISABLED",
      flagMetadata: { cause: "prerequisite" },
    });
    expect(await client.getStringDetails("greeting", "?")).toMatchObject({ value: "Good morning", reason: "STATIC" });
  });

  test("falls back to the default in the code with the protocol's error codes", async () => {
    const client = await clientWith(bearer(ADMIN_KEY));
    expect(await client.getBooleanDetails("nothing", true, ADA)).toMatchObject({
      value: true,
      reason: "ERROR",
      errorCode: "FLAG_NOT_FOUND",
      errorMessage: expect.stringContaining("nothing") as string,
    });
    expect(await client.getBooleanDetails("support-summaries", true, { plan: "pro" })).toMatchObject({
      value: true,
      errorCode: "TARGETING_KEY_MISSING",
    });
    expect(await client.getBooleanDetails("greeting", true, ADA)).toMatchObject({
      value: true,
      errorCode: "TYPE_MISMATCH",
    });
    const huge = { ...ADA, note: "x".repeat(70_000) };
    expect(await client.getStringDetails("greeting", "?", huge)).toMatchObject({ errorCode: "INVALID_CONTEXT" });
  });

  test("is told when its key is unknown or may not ask", async () => {
    const unknown = await clientWith(bearer("nonsense"));
    expect(await unknown.getStringDetails("greeting", "?", ADA)).toMatchObject({ value: "?", reason: "ERROR" });
    const direct = await clientWith(bearer(await keyWith(["direct"])));
    expect(await direct.getStringDetails("greeting", "?", ADA)).toMatchObject({ value: "?", reason: "ERROR" });
  });

  test("waits as long as the server says when it asks too often", async () => {
    const text = FLAG_PROJECT["rollward.yaml"] ?? "";
    const slow = await startServer({ "rollward.yaml": `${text}limits: { evaluations: 1/m }\n` });
    try {
      const provider = new OFREPProvider({ baseUrl: slow.url, headers: bearer(ADMIN_KEY) });
      await OpenFeature.setProviderAndWait("slow", provider);
      const client = OpenFeature.getClient("slow");
      expect(await client.getStringDetails("greeting", "?")).toMatchObject({ value: "Good morning" });
      for (let again = 0; again < 2; again += 1) {
        expect(await client.getStringDetails("greeting", "?")).toMatchObject({ value: "?", reason: "ERROR" });
      }
      const counts = slow.server.house.gateway.flags.tally.peek();
      expect(counts.filter(({ flag }) => flag === "greeting")).toMatchObject([{ evaluations: 1 }]);
    } finally {
      await slow.stop();
    }
  });

  test("sees which release of an endpoint it is on", async () => {
    const client = await clientWith(bearer(await keyWith(["inference"])));
    expect(await client.getStringDetails("endpoint.support-bot", "?", { targetingKey: "session-1" })).toMatchObject({
      value: "support-bot@1",
      variant: "stable",
      reason: "STATIC",
      flagMetadata: { arm: "stable", number: 1, release: "support-bot@1" },
    });
  });

  test("sends attributes as JSON: dates, lists and structures are what conditions look at", async () => {
    const client = await clientWith(bearer(ADMIN_KEY));
    const context = {
      ...GUEST,
      since: new Date("2026-11-21T00:00:00Z"),
      groups: ["a"],
      company: { plan: "pro" },
      email: "x@example.com",
    };
    expect(await client.getBooleanValue("support-summaries", false, context)).toBe(true);
  });
});

/** How often the server has evaluated a flag and not yet written it down. */
const evaluations = (): number =>
  server.server.house.gateway.flags.tally
    .peek()
    .filter(({ flag }) => flag === "support-summaries")
    .reduce((sum, one) => sum + one.evaluations, 0);

describe("the OpenFeature SDK for browsers with the official OFREP provider", () => {
  afterEach(() => WebOpenFeature.clearProviders());

  async function start(pollInterval: number, key: string): Promise<void> {
    const provider = new OFREPWebProvider({
      baseUrl: server.url,
      headers: bearer(key),
      pollInterval,
      cacheMode: "disabled",
      changeDetection: "polling",
    });
    // Its types do not tell a member that is absent from one that is undefined.
    await WebOpenFeature.setProviderAndWait(provider as Provider);
  }

  test("evaluates all flags at once for its context, and again for another one", async () => {
    await WebOpenFeature.setContext(ADA);
    await start(0, await keyWith(["flags"]));
    const client = WebOpenFeature.getClient();
    expect(client.getBooleanDetails("support-summaries", false)).toMatchObject({
      value: true,
      reason: "TARGETING_MATCH",
      variant: "on",
    });
    expect(client.getObjectValue("layout", {})).toEqual({ columns: 2, parts: ["a", "b"] });
    expect(client.getBooleanDetails("nothing", true)).toMatchObject({ value: true, errorCode: "FLAG_NOT_FOUND" });
    await WebOpenFeature.setContext(GUEST);
    expect(client.getBooleanValue("support-summaries", true)).toBe(false);
    await WebOpenFeature.setContext({ targetingKey: "guest", plan: "pro" });
    expect(["SPLIT", "DEFAULT"]).toContain(client.getBooleanDetails("support-summaries", false).reason);
  });

  test("polls with the tag, and hears of a flag that was killed", async () => {
    await WebOpenFeature.setContext(ADA);
    await start(50, await keyWith(["flags"]));
    const client = WebOpenFeature.getClient();
    const changed: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => void changed.push(details?.flagsChanged));
    expect(client.getBooleanValue("support-summaries", false)).toBe(true);
    const before = evaluations();
    await vi.waitFor(() => expect(evaluations()).toBeGreaterThan(before + 2), { timeout: 60_000 });
    expect(changed).toEqual([]);
    await server.ask("POST", "/api/flags/support-summaries/kill", { reason: "fire" });
    await vi.waitFor(() => expect(client.getBooleanValue("support-summaries", true)).toBe(false), { timeout: 60_000 });
    expect(client.getBooleanDetails("support-summaries", true).reason).toBe("DISABLED");
    expect(changed.flat()).toContain("support-summaries");
    await server.ask("POST", "/api/flags/support-summaries/restore", { reason: "out" });
    await vi.waitFor(() => expect(client.getBooleanValue("support-summaries", false)).toBe(true), { timeout: 60_000 });
  });
});
