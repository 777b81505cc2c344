import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import { verifyExport } from "../../src/cli/verify-export.ts";
import { rolloutExport } from "../../src/contract/rollout-stories.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const project = (model: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(
    modelText("good-2026-01-01", { failures: "server_error: 20%" }),
    modelText("better-2026-02-01", { failures: "server_error: 5%" }),
    modelText("bad-2026-03-01", { failures: "server_error: 70%" }),
  )}
endpoints:
  support-bot:
    models: [sim/${model}]
    rollout:
      steps: [{ weight: 50%, min_duration: 0s, min_sessions: 20 }, 100%]
      drain: 0s
      metrics: { errors: { no_worse: 2 }, latency: false, cost: false }
`,
});

let running: RunningServer | null = null;
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "rollward-export-"));
});

afterEach(async () => {
  await running?.stop();
  running = null;
  rmSync(directory, { recursive: true, force: true });
});

/** Rolls a model out until its rollout has ended; answers with the rollout's id. */
async function rollOut(model: string): Promise<string> {
  running = await startServer(project("good-2026-01-01"));
  const { url } = running;
  const path = writeProject(project(model));
  const { endpoints } = await sendProject({ url, key: ADMIN_KEY }, { path, dryRun: false });
  const rollout = endpoints[0]?.rollout ?? "";
  for (let sent = 0; sent < 6_000; sent += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, index) => call(url, `session-${sent + index}`)));
    const { body } = await running.ask("GET", `/api/rollouts/${rollout}`);
    if (["completed", "rolled_back"].includes((body as { state: string }).state)) return rollout;
  }
  throw new Error("The rollout did not end.");
}

const call = (url: string, session: string): Promise<unknown> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  }).then((response) => response.arrayBuffer());

async function say(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = "";
  const environment = { ROLLWARD_URL: running?.url ?? "http://127.0.0.1:1", ROLLWARD_API_KEY: ADMIN_KEY };
  const code = await runCli(args, environment, (more) => (text += more));
  return { code, text };
}

describe("what a rollout says for itself", () => {
  test("a release that was taken back tells why, and from which margin on it would have stayed", async () => {
    const rollout = await rollOut("bad-2026-03-01");
    // The margins are tried on the journal, which is written a moment later.
    await expect
      .poll(async () => (await say("rollout", "explain", rollout)).text)
      .toMatch(/(With|Even) a harm margin of [\d.]+ .*(by then)\./);
    const { code, text } = await say("rollout", "explain", rollout);
    expect(code).toBe(0);
    expect(text).toMatch(/^Rolled back: errors are .+ of stable \([\d.]+ % against [\d.]+ %\), proven after/);
    expect(text).toMatch(/candidate and [\d,]+ stable sessions were observed in/);
    expect(text).toMatch(
      /errors: .*harm beyond a ratio of 1\.25 is proven(, with the silent metrics counted in)? \(log E [\d.]+ of [\d.]+\)/,
    );
    expect(text).toMatch(/Z {2}Harm was proven by errors after \d+ candidate sessions/);
    expect(text).toMatch(/Z {2}Rolled back: every replica has let go\.\n$/);
    const told = JSON.parse((await say("--json", "rollout", "explain", rollout)).text) as { history: unknown[] };
    expect(told.history.length).toBeGreaterThan(4);
  });

  test("every decision comes out the same again, to the last bit", async () => {
    const rollout = await rollOut("better-2026-02-01");
    await expect.poll(async () => (await say("rollout", "replay", rollout)).text).not.toContain("unknown");
    const { code, text } = await say("--json", "rollout", "replay", rollout);
    const replay = JSON.parse(text) as { log: { intact: boolean }; decisions: { facts: string[]; result: string }[] };
    expect(replay.log.intact).toBe(true);
    expect(replay.decisions.flatMap(({ facts }) => facts)).toEqual(
      expect.arrayContaining(["NoWorseCertified", "PromotionDecided"]),
    );
    expect(new Set(replay.decisions.map(({ result }) => result))).toEqual(new Set(["same"]));
    expect(code).toBe(0);
    expect((await say("rollout", "replay", "support-bot")).text).toContain("The log is whole.");
  });

  test("an export proves itself without a server, and anything changed in it is found", async () => {
    await rollOut("bad-2026-03-01");
    await expect.poll(async () => (await say("rollout", "replay", "support-bot")).text).not.toContain("unknown");
    const file = join(directory, "rollout.json");
    expect(await say("rollout", "export", "support-bot", "--out", file)).toMatchObject({ code: 0 });
    expect((await say("rollout", "export", "support-bot", "--out", file)).text).toContain("is there already");
    const key = JSON.parse((await say("--json", "rollout", "signing-key")).text) as {
      key_id: string;
      public_key: string;
    };
    await running?.stop();
    running = null;
    for (const given of [key.key_id, key.public_key]) {
      const { code, text } = await say("rollout", "verify", file, "--key", given);
      expect(text).toContain("The file is as it was signed.");
      expect(code).toBe(0);
    }
    expect((await say("rollout", "verify", file)).text).toContain(`the key ${key.key_id} signed it`);
    expect(await say("rollout", "verify", file, "--key", "0".repeat(32))).toMatchObject({ code: 1 });
    const text = readFileSync(file, "utf8");
    const { evidence, verdicts } = rolloutExport.parse(JSON.parse(text));
    const drawn = evidence.epochs.reduce((sum, { assigned }) => sum + assigned.stable + assigned.candidate, 0);
    expect(drawn).toBe(
      evidence.journals.reduce((sum, { entries }) => sum + entries, 0) -
        evidence.epochs.reduce((sum, { final }) => sum + final.stable + final.candidate, 0),
    );
    expect(verdicts.flatMap(({ facts, replay }) => (facts.includes("HarmCrossed") ? [replay] : []))).toEqual(["same"]);
    const changed = text.replace('"logR": ', '"logR": 1');
    expect(changed).not.toBe(text);
    writeFileSync(file, changed);
    const refused = await say("rollout", "verify", file);
    expect(refused.code).toBe(1);
    expect(refused.text).toContain("FAILED  the signature fits the document");
    expect(refused.text).toContain("FAILED  the log is chained");
    expect(verifyExport("{}", null).valid).toBe(false);
    expect(verifyExport("nothing", null).valid).toBe(false);
  });
});
