import { afterEach, describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
  other-bot:
    models: [sim/good-2026-01-01]
`,
};

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(files: Readonly<Record<string, string>> = PROJECT): Promise<RunningServer> {
  running = await startServer(files);
  return running;
}

async function call({ url }: RunningServer, model: string, key = ADMIN_KEY): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
  return { status: response.status, text: await response.text() };
}

async function cli({ url }: RunningServer, ...args: readonly string[]): Promise<{ code: number; said: string }> {
  let said = "";
  const code = await runCli(["--url", url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    said += text;
  });
  return { code, said };
}

describe("the emergency stop", () => {
  test("refuses the calls of one endpoint with the reason, and lets them in again", async () => {
    const server = await start();
    expect((await cli(server, "pause", "support-bot", "--reason", "it promises refunds")).code).toBe(0);
    const refused = await call(server, "support-bot");
    expect(refused.status).toBe(503);
    expect(refused.text).toContain("it promises refunds");
    expect((await call(server, "other-bot")).status).toBe(200);
    const { said } = await cli(server, "pauses");
    expect(said).toContain("endpoint support-bot");
    expect(said).toContain("it promises refunds");
    await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"], tenant: "acme" });
    expect(await cli(server, "pause", "--tenant", "amce", "--reason", "x")).toMatchObject({
      code: 1,
      said: expect.stringContaining("acme") as string,
    });
    expect((await cli(server, "pause", "--tenant", "acme", "--reason", "x")).code).toBe(0);
    expect((await cli(server, "resume", "support-bot", "--reason", "prompt mended")).code).toBe(0);
    expect((await call(server, "support-bot")).status).toBe(200);
    const all = await cli(server, "pauses", "--all");
    expect(all.said).toContain("prompt mended");
  });

  test("stops a key, or everything, direct calls too; the admin API still answers", async () => {
    const server = await start();
    const made = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"] });
    const { secret, key } = made.body as { readonly secret: string; readonly key: { readonly id: string } };
    await cli(server, "pause", "--key", key.id, "--reason", "runs in a loop");
    expect((await call(server, "support-bot", secret)).status).toBe(503);
    expect((await call(server, "support-bot")).status).toBe(200);
    await cli(server, "pause", "--everything", "--reason", "fire");
    expect((await call(server, "sim/good-2026-01-01")).status).toBe(503);
    expect((await cli(server, "resume", "--everything", "--reason", "out")).code).toBe(0);
    expect((await call(server, "sim/good-2026-01-01")).status).toBe(200);
    expect((await call(server, "support-bot", secret)).status).toBe(503);
  });

  test("is obeyed at every address that would ask a provider", async () => {
    const server = await start();
    await cli(server, "pause", "--everything", "--reason", "fire");
    const messages = [{ role: "user", content: "Hello" }];
    const asks: readonly (readonly [string, unknown])[] = [
      ["/v1/messages", { model: "support-bot", max_tokens: 10, messages }],
      ["/v1/messages/count_tokens", { model: "support-bot", messages }],
      ["/v1/responses", { model: "support-bot", input: "Hello" }],
      ["/v1/embeddings", { model: "support-bot", input: "Hello" }],
      ["/v1/completions", { model: "support-bot", prompt: "Hello" }],
      ["/v1/moderations", { model: "sim/good-2026-01-01", input: "Hello" }],
    ];
    for (const [path, body] of asks) {
      const answer = await server.ask("POST", path, body);
      expect([path, answer.status, JSON.stringify(answer.body).includes("fire")]).toEqual([path, 503, true]);
    }
    const files = await fetch(`${server.url}/v1/files?provider=sim`, {
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    expect(files.status).toBe(503);
  });

  test("refuses a call that has waited in a queue meanwhile", async () => {
    const server = await start({
      "rollward.yaml": `${PROJECT["rollward.yaml"]}limits:
  rates:
    one: { per: environment, requests: 12/m, burst: 1 }
  queue: { wait: 5m }
`,
    });
    expect((await call(server, "support-bot")).status).toBe(200);
    const waiting = call(server, "support-bot");
    await expect.poll(() => server.server.house.gateway.waiting.counts().calls).toBe(1);
    await server.ask("POST", "/api/pauses", { subject: { type: "everything" }, reason: "fire" });
    expect(await waiting).toMatchObject({ status: 503, text: expect.stringContaining("fire") as string });
  });

  test("is no evidence against anybody: a refused call draws no session", async () => {
    const server = await start();
    const text = PROJECT["rollward.yaml"].replace(
      /other-bot:[^]*/,
      `other-bot:
    models: [sim/good-2026-01-01]
    parameters: { temperature: 0.5 }
    rollout: { steps: [{ weight: 50%, min_duration: 1h }, 100%] }
`,
    );
    const path = writeProject({ "rollward.yaml": text });
    const { mistakes } = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
    expect(mistakes).toEqual([]);
    const { routes, observer } = server.server.house.gateway;
    await expect.poll(() => routes.byEndpoint("other-bot")?.split?.collecting).toBe(true);
    const drawn = vi.spyOn(observer, "assigned");
    await cli(server, "pause", "other-bot", "--reason", "fire");
    for (let sent = 0; sent < 5; sent += 1) expect((await call(server, "other-bot")).status).toBe(503);
    expect(drawn).not.toHaveBeenCalled();
    await cli(server, "resume", "other-bot", "--reason", "out");
    expect((await call(server, "other-bot")).status).toBe(200);
    expect(drawn).toHaveBeenCalledOnce();
  });

  test("resumes without a name what alone is paused, and says what is where there is more", async () => {
    const server = await start();
    expect((await cli(server, "resume")).said).toContain("Nothing is paused.");
    await cli(server, "pause", "--everything", "--reason", "fire");
    const again = (await cli(server, "pause", "--everything", "--reason", "smoke")).said;
    expect(again).toMatch(/^everything was paused already \(pau_\w+\), since \d{4}-\S+ by .+: fire$/m);
    await cli(server, "pause", "support-bot", "--reason", "refunds");
    // The state of the server says it before anything else.
    const [first = "", second = ""] = (await cli(server, "status")).said.split("\n");
    expect(first).toMatch(
      /^PAUSED: everything since \S+: fire\. `rollward resume --everything` lets the calls in again\.$/,
    );
    expect(second).toMatch(/^PAUSED: endpoint support-bot since \S+: refunds\. `rollward resume support-bot` /);
    const several = await cli(server, "resume");
    expect(several.code).toBe(1);
    expect(several.said).toContain("Say what to resume: 2 things are paused: endpoint support-bot, everything.");
    const still = "Everything is still paused: `rollward resume --everything`";
    expect((await cli(server, "resume", "support-bot")).said).toContain(still);
    expect((await cli(server, "resume", "support-bot")).said).toContain(still);
    expect((await cli(server, "resume", "support-bot", "--everything")).said).toContain("Say one thing to resume.");
    expect(await cli(server, "resume")).toMatchObject({ code: 0, said: "everything takes calls again.\n" });
    expect((await cli(server, "status")).said).toMatch(/^Rollward /);
    expect((await call(server, "support-bot")).status).toBe(200);
  });

  test("does not pretend: a mistyped name, no reason, two subjects and nothing paused are refused", async () => {
    const server = await start();
    expect(await cli(server, "pause", "suport-bot", "--reason", "x")).toMatchObject({
      code: 1,
      said: expect.stringContaining("support-bot") as string,
    });
    expect((await cli(server, "pause", "support-bot")).code).toBe(1);
    expect((await cli(server, "pause", "support-bot", "--everything", "--reason", "x")).code).toBe(1);
    expect((await cli(server, "pause", "--key", `key_${"0".repeat(26)}`, "--reason", "x")).code).toBe(1);
    expect((await cli(server, "resume", "support-bot", "--reason", "x")).said).toContain("not paused");
    expect((await call(server, "support-bot")).status).toBe(200);
  });
});
