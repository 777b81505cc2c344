import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../test/fixtures/free-port.ts";
import { answers } from "./contestants.ts";
import type { Contestant } from "./contestants.ts";

/** Versions that are compared; installed beside the bench on first use, never dependencies. */
const PORTKEY = "@portkey-ai/gateway@1.15.2";
const LITELLM = "litellm[proxy]==1.106.2";

/**
 * Portkey's gateway from the package registry, installed on first use; `null` when it cannot be had. This version answers
 * every stream with 500 on Node 20 and 24, which is its fault and not the bench's: it writes to immutable headers.
 */
export async function startPortkey(upstream: number): Promise<Contestant | null> {
  const directory = join(tmpdir(), "rollward-bench-portkey");
  const script = join(directory, "node_modules/@portkey-ai/gateway/build/start-server.js");
  if (
    !existsSync(script) &&
    !(await run("npm", ["install", "--no-save", "--prefix", directory, "--loglevel", "error", PORTKEY]))
  )
    return null;
  const port = await freePort();
  const child = spawn(process.execPath, [script, `--port=${port}`, "--headless"], { stdio: "ignore" });
  await answers(`http://127.0.0.1:${port}/`);
  return {
    name: "portkey",
    port,
    headers: [
      "authorization: Bearer none",
      "x-portkey-provider: openai",
      `x-portkey-custom-host: http://127.0.0.1:${upstream}/v1`,
    ],
    model: "bench-1",
    process: child,
  };
}

/** LiteLLM's proxy from PyPI in a virtual environment of the bench, one worker; `null` when it cannot be had. */
export async function startLiteLlm(upstream: number): Promise<Contestant | null> {
  const directory = join(tmpdir(), "rollward-bench-litellm");
  const program = join(directory, "venv/bin/litellm");
  if (!existsSync(program) && !(await installLiteLlm(directory))) return null;
  const config = join(directory, "config.yaml");
  writeFileSync(config, liteLlmConfig(upstream));
  const port = await freePort();
  const child = spawn(program, ["--config", config, "--port", String(port), "--host", "127.0.0.1"], {
    stdio: "ignore",
    env: { ...process.env, LITELLM_LOG: "ERROR", LITELLM_LOCAL_MODEL_COST_MAP: "True" },
  });
  await answers(`http://127.0.0.1:${port}/health/liveliness`);
  return { name: "litellm", port, headers: [`authorization: Bearer ${LITELLM_KEY}`], model: "bench-1", process: child };
}

const LITELLM_KEY = "sk-bench-0123456789";

const liteLlmConfig = (upstream: number): string => `model_list:
  - model_name: bench-1
    litellm_params:
      model: openai/bench-1
      api_base: http://127.0.0.1:${upstream}/v1
      api_key: none
general_settings:
  master_key: ${LITELLM_KEY}
`;

async function installLiteLlm(directory: string): Promise<boolean> {
  mkdirSync(directory, { recursive: true });
  const venv = join(directory, "venv");
  if (!(await run("python3", ["-m", "venv", venv]))) return false;
  return run(join(venv, "bin/pip"), ["install", "--quiet", LITELLM]);
}

function run(program: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(program, args, { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("exit", (code) => resolve(code === 0));
    child.once("error", () => resolve(false));
  });
}
