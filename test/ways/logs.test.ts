import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { ADMIN_KEY, writeProject } from "../fixtures/running-server.ts";
import { freePort, ready, spawnServer } from "../fixtures/server-process.ts";

const KEY = "sk-proj-0123456789abcdef0123456789";

/** A provider that refuses every request in these words. */
async function startRefusing(message: string): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message, type: "invalid_request_error" } }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

test("a call that fails gets one JSON line with its trace, release and arm, in which nothing secret stands", async () => {
  const provider = await startRefusing(`The header x-key (${KEY}) of ada@example.com is not known.`);
  const config = writeProject({
    "rollward.yaml": `providers:
  other:
    kind: openai-compatible
    base_url: ${provider.url}
    allow_private: true
    key_env: OTHER_KEY
    models: { m-2026-01-01: { price: { input: 1, output: 1 } } }
endpoints:
  bot: { models: [other/m-2026-01-01] }
`,
  });
  const server = spawnServer(await freePort(), ["--config", config, "--data-dir", ":memory:"], {
    OTHER_KEY: "other-provider-key-0123456789",
  });
  try {
    await ready(server);
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
    });
    const call = response.headers.get("x-rollward-call") ?? "";
    const trace = response.headers.get("x-rollward-trace") ?? "none";
    await response.text();
    const lines = (): readonly Record<string, unknown>[] =>
      server
        .output()
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    await expect.poll(() => lines().some((line) => line["call"] === call)).toBe(true);
    const own = lines().filter((line) => line["call"] === call);
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({ endpoint: "bot", release: "bot@1", arm: "stable", outcome: "failed", level: 40 });
    expect(trace).toContain(String(own[0]?.["trace"]));
    expect(own[0]?.["attempt_error"]).toContain("([secret]) of [email]");
    expect(server.output()).not.toContain(KEY);
    expect(server.output()).not.toContain("ada@example.com");
  } finally {
    server.process.kill("SIGTERM");
    await server.exited;
    provider.server.closeAllConnections();
    provider.server.close();
    rmSync(dirname(config), { recursive: true, force: true });
  }
});
