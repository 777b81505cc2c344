import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const EXAMPLE = join(ROOT, "examples/support-bot");

/** The code blocks of a language, in order. */
const blocks = (language: string): string[] =>
  README.split("```")
    .filter((_, index) => index % 2 === 1)
    .filter((block) => block.startsWith(`${language}\n`))
    .map((block) => block.slice(language.length + 1));

let server: RunningServer;
let key: string;

beforeAll(async () => {
  const files = ["rollward.yaml", ...readdirSync(join(EXAMPLE, "prompts")).map((name) => `prompts/${name}`)];
  files.push(...readdirSync(join(EXAMPLE, "tools")).map((name) => `tools/${name}`));
  server = await startServer(
    Object.fromEntries(files.map((name) => [name, readFileSync(join(EXAMPLE, name), "utf8")])),
  );
  const created = await server.ask("POST", "/api/keys", { name: "reader", scopes: ["inference"] });
  key = (created.body as { secret: string }).secret;
});

afterAll(() => server.stop());

/** The text with the address of this server instead of the default one. */
const here = (text: string): string => text.replaceAll("http://127.0.0.1:4400", server.url);

describe("what the README tells to type", () => {
  test("the curl call is answered, and the headers are as printed", async () => {
    const [curl = ""] = blocks("sh").filter((block) => block.includes("curl -i"));
    const command = here(curl).replace(/export ROLLWARD_KEY=.*\n/, "");
    // The simulated provider fails now and then, as real ones do.
    for (let tries = 0; ; tries += 1) {
      const { stdout } = await run("sh", ["-c", command], { env: { ...process.env, ROLLWARD_KEY: key } });
      if (!stdout.startsWith("HTTP/1.1 200") && tries < 5) continue;
      expect(stdout).toMatch(/^HTTP\/1\.1 200/);
      for (const header of [
        "x-rollward-release: support-bot@1",
        "x-rollward-arm: stable",
        "x-rollward-tier: primary",
      ]) {
        expect(stdout.toLowerCase()).toContain(header);
      }
      return;
    }
  });

  test("the program with the OpenAI SDK runs", async () => {
    const [program = ""] = blocks("ts");
    const directory = mkdtempSync(join(ROOT, "test/docs/.readme-"));
    const file = join(directory, "program.ts");
    writeFileSync(file, here(program));
    try {
      for (let tries = 0; ; tries += 1) {
        const result = await run(process.execPath, [file], { env: { ...process.env, ROLLWARD_KEY: key } }).catch(
          () => null,
        );
        if (result === null && tries < 5) continue;
        expect(result?.stdout.length).toBeGreaterThan(10);
        return;
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("links", () => {
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    .concat(readdirSync(join(ROOT, "docs"), { recursive: true }).map((name) => join("docs", String(name))))
    .filter((name) => name.endsWith(".md"));

  test.each(pages)("of %s lead to files that exist", (page) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target]) => target ?? "");
    const missing = targets.filter(
      (target) => !target.includes("://") && !existsSync(join(ROOT, dirname(page), target)),
    );
    expect(missing).toEqual([]);
  });
});
