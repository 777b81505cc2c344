import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { freePort } from "../fixtures/server-process.ts";
import { modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

test("a server whose output no terminal reads writes JSON lines only, the first admin key in one of them", async () => {
  const config = writeProject({
    "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}\nendpoints:\n  bot:\n    models: [sim/m-2026-01-01]\n`,
  });
  const { ROLLWARD_ADMIN_KEY: _, ...env } = process.env;
  const args = [MAIN, "--port", String(await freePort()), "--config", config, "--data-dir", ":memory:"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => (output += `error: ${chunk.toString()}`));
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error(`The server ended: ${output}`)));
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("shown only now") && output.includes("Rollward is up.")) resolve();
    });
  });
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  const lines = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { msg: string; admin_key?: string });
  expect(lines.map(({ msg }) => msg)).toContain("Rollward is up.");
  expect(lines.flatMap((line) => line.admin_key ?? [])).toEqual([expect.stringMatching(/^rw_\w{60,}/)]);
});
