import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ADMIN_KEY, writeProject } from "../test/fixtures/running-server.ts";
import { freePort, ready, spawnServer } from "../test/fixtures/server-process.ts";
import type { ServerProcess } from "../test/fixtures/server-process.ts";
import { Random } from "./evidence/random.ts";
import { aftermathOf, isClean } from "./soak/aftermath.ts";
import { Load } from "./soak/load.ts";
import { soakProject } from "./soak/project.ts";
import { openSockets, residentMb } from "./soak/server-watch.ts";
import { startProvider } from "./soak/start-provider.ts";
import type { Provider } from "./soak/start-provider.ts";

const HELP = `Keeps the real server at half of its saturation under random faults, and then looks what is left behind.

  --minutes N   how long (default 30)
  --share N     share of the saturation (default 0.5)
  --rate N      calls per second instead, for a machine that others use as well
  --seed N      another order of calls, faults and leaving clients (default 20261121)
  --json        ends with one line of JSON

Calls come in three dialects, chat completions, responses and messages; the provider speaks the first.
Saturation is what 64 connections get from a healthy model in 10 s on this machine, with client, provider and server
on the same processors. Ends with 1 when something was not caught, a socket leaked, an answer was truncated, a call
hung, or a call was recorded twice or neither recorded nor counted as dropped.
`;

const { values: options } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    share: { type: "string", default: "0.5" },
    rate: { type: "string" },
    seed: { type: "string", default: "20261121" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const SATURATE_CONNECTIONS = 64;
const SATURATE_SECONDS = 10;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** Random calls at a share of what the machine can do. */
async function strain(server: ServerProcess, load: Load): Promise<Record<string, unknown>> {
  const saturation = await load.saturate(SATURATE_CONNECTIONS, SATURATE_SECONDS);
  const rate = options.rate === undefined ? saturation * Number(options.share) : Number(options.rate);
  say(`saturation ${saturation.toFixed(0)} calls/s; now ${rate.toFixed(0)} calls/s for ${options.minutes} minutes`);
  const rssMb: number[] = [];
  const watch = setInterval(() => {
    rssMb.push(residentMb(server));
    say(
      `${rssMb.length} min: sent ${load.sent}, under way ${load.underWay}, ${JSON.stringify(load.endings)}, ${rssMb.at(-1)} MB`,
    );
  }, 60_000);
  await load.keepRate(rate, Number(options.minutes) * 60);
  clearInterval(watch);
  load.close();
  return {
    saturation: Math.round(saturation),
    ratePerSecond: Math.round(rate),
    sent: load.sent,
    endings: load.endings,
    suspects: Object.fromEntries(load.suspects),
    stalledMs: Math.round(load.stalledMs),
    rssMb,
  };
}

async function soak(server: ServerProcess, provider: Provider): Promise<Record<string, unknown>> {
  const socketsBefore = openSockets(server);
  const load = new Load({ url: server.url, key: ADMIN_KEY, random: new Random(Number(options.seed), "soak") });
  const strained = await strain(server, load);
  say("waiting for rest, then reading the recorded calls");
  const after = await aftermathOf(server, { provider, load, socketsBefore });
  const { truncated, hang } = load.endings;
  const ok = isClean(after) && truncated === 0 && hang === 0;
  return { minutes: Number(options.minutes), ...strained, ...after, ok };
}

async function main(): Promise<void> {
  if (options.help) return void process.stdout.write(HELP);
  const directory = mkdtempSync(join(tmpdir(), "rollward-soak-"));
  const provider = await startProvider();
  const config = writeProject(soakProject(`http://127.0.0.1:${provider.port}/v1`));
  const server = spawnServer(await freePort(), ["--config", config, "--data-dir", join(directory, "data")]);
  try {
    await ready(server);
    const result = await soak(server, provider);
    for (const [name, value] of Object.entries(result))
      process.stdout.write(`${name.padEnd(14)} ${JSON.stringify(value)}\n`);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    process.exitCode = result["ok"] === true ? 0 : 1;
  } finally {
    server.process.kill("SIGTERM");
    await server.exited;
    provider.process.kill();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
