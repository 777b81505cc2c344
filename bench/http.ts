import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBare, startDirect, startRollward } from "./http/contestants.ts";
import type { Contestant } from "./http/contestants.ts";
import { startLiteLlm, startPortkey } from "./http/peers.ts";
import type { LoadOrder, LoadResult } from "./http/load.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    calls: { type: "string", default: "200000" },
    rate: { type: "string", default: "200" },
    /** Gateways of others to measure beside ours: `portkey`, `litellm`, both with a comma, or `none`. */
    peers: { type: "string", default: "portkey" },
    "skip-memory": { type: "boolean", default: false },
  },
});

const CONNECTIONS = 32;
/** Streams per second when first tokens are timed: far from saturation. */
const STREAM_RATE = 40;

/** Medians over all rounds of one contestant. */
interface Figures {
  readonly rps: number;
  readonly chunksPerSec: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstTokenMs: number;
  readonly peakRssMb: number;
}

interface Round {
  readonly rps: number;
  readonly chunksPerSec: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstTokenMs: number;
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

function load(order: LoadOrder): Promise<LoadResult> {
  const child = fork(fileURLToPath(new URL("http/load.ts", import.meta.url)));
  return new Promise((resolve, reject) => {
    child.once("message", (message: LoadResult | { failed: string }) => {
      child.kill();
      if ("failed" in message) reject(new Error(message.failed));
      else resolve(message);
    });
    child.send(order);
  });
}

const QUESTION = "I ordered a pair of shoes eight days ago and the tracking page has not moved since. ".repeat(8);

function orderFor(
  contestant: Contestant,
  rest: Pick<LoadOrder, "mode" | "seconds"> & Partial<LoadOrder>,
  stream = false,
): LoadOrder {
  const body = JSON.stringify({
    model: contestant.model,
    messages: [{ role: "user", content: QUESTION }],
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
  return {
    port: contestant.port,
    path: "/v1/chat/completions",
    headers: contestant.headers,
    body,
    connections: CONNECTIONS,
    ...rest,
  };
}

async function measure(contestant: Contestant, seconds: number): Promise<Round> {
  const closed = await load(orderFor(contestant, { mode: "closed", seconds }));
  const open = await load(orderFor(contestant, { mode: "open", seconds, ratePerSecond: Number(options.rate) }));
  const streams = await load(orderFor(contestant, { mode: "closed", seconds }, true));
  const first = await load(orderFor(contestant, { mode: "open", seconds, ratePerSecond: STREAM_RATE }, true));
  const errors = closed.errors + open.errors + streams.errors + first.errors;
  if (errors > 0) say(`  ${contestant.name}: ${errors} answers were not 200`);
  return {
    rps: closed.callsPerSecond,
    chunksPerSec: streams.eventsPerSecond,
    p50Ms: open.p50Ms,
    p99Ms: open.p99Ms,
    firstTokenMs: first.firstEventP50Ms,
  };
}

const PEERS = { portkey: startPortkey, litellm: startLiteLlm };

function peersAsked(): readonly (keyof typeof PEERS)[] {
  if (options.peers === "none") return [];
  return options.peers.split(",").map((name) => {
    if (name !== "portkey" && name !== "litellm") throw new Error(`--peers takes portkey and litellm, not ${name}.`);
    return name;
  });
}

/** Resident memory of a process and its high-water mark, MB. */
function memory(contestant: Contestant): { readonly rss: number; readonly peak: number } {
  const status = readFileSync(`/proc/${contestant.process.pid}/status`, "utf8");
  const read = (field: string): number => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { rss: read("VmRSS"), peak: read("VmHWM") };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function figuresOf(contestant: Contestant, rounds: readonly Round[]): Figures {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  return {
    rps: of((round) => round.rps),
    chunksPerSec: of((round) => round.chunksPerSec),
    p50Ms: of((round) => round.p50Ms),
    p99Ms: of((round) => round.p99Ms),
    firstTokenMs: of((round) => round.firstTokenMs),
    peakRssMb: memory(contestant).peak,
  };
}

/** Resident memory after each tenth of many calls: flat means that the last is not above the second. */
async function watchMemory(contestant: Contestant, calls: number): Promise<number[]> {
  const readings: number[] = [];
  for (let tenth = 0; tenth < 10; tenth += 1) {
    await load(orderFor(contestant, { mode: "closed", seconds: 600, calls: Math.ceil(calls / 10) }));
    readings.push(Math.round(memory(contestant).rss));
  }
  return readings;
}

function added(figures: Figures, direct: Figures): object {
  return {
    rps: Math.round(figures.rps),
    chunksPerSec: Math.round(figures.chunksPerSec),
    addedP50Ms: Number((figures.p50Ms - direct.p50Ms).toFixed(3)),
    addedP99Ms: Number((figures.p99Ms - direct.p99Ms).toFixed(3)),
    addedFirstTokenMs: Number((figures.firstTokenMs - direct.firstTokenMs).toFixed(3)),
    peakRssMb: Math.round(figures.peakRssMb),
  };
}

function print(results: ReadonlyMap<string, Figures>): void {
  const bare = results.get("bare");
  const direct = results.get("direct");
  if (bare === undefined || direct === undefined) return;
  console.log("\nwho         calls/s  of bare  events/s   +p50 ms   +p99 ms  +first token ms  peak MB");
  for (const [name, one] of results) {
    const cells = [
      one.rps.toFixed(0).padStart(8),
      `${((100 * one.rps) / bare.rps).toFixed(0)} %`.padStart(8),
      one.chunksPerSec.toFixed(0).padStart(9),
      (one.p50Ms - direct.p50Ms).toFixed(2).padStart(9),
      (one.p99Ms - direct.p99Ms).toFixed(2).padStart(9),
      (one.firstTokenMs - direct.firstTokenMs).toFixed(2).padStart(16),
      one.peakRssMb.toFixed(0).padStart(8),
    ];
    console.log(`${name.padEnd(10)} ${cells.join(" ")}`);
  }
}

async function main(): Promise<void> {
  const direct = await startDirect();
  const contestants = [direct, await startBare(direct.port), await startRollward(direct.port)];
  try {
    for (const name of peersAsked()) {
      const peer = await PEERS[name](direct.port);
      if (peer === null) say(`${name} cannot be installed here and is left out.`);
      else contestants.push(peer);
    }
    const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]));
    for (const contestant of contestants) await measure(contestant, 1);
    for (let round = 1; round <= Number(options.rounds); round += 1) {
      for (const contestant of contestants) {
        rounds.get(contestant.name)?.push(await measure(contestant, Number(options.seconds)));
      }
      say(`round ${round} of ${options.rounds} done`);
    }
    const results = new Map(contestants.map((one) => [one.name as string, figuresOf(one, rounds.get(one.name) ?? [])]));
    print(results);
    const rollward = contestants.find(({ name }) => name === "rollward");
    const flat =
      options["skip-memory"] || rollward === undefined ? [] : await watchMemory(rollward, Number(options.calls));
    if (flat.length > 0) console.log(`\nrollward's resident MB over ${options.calls} further calls: ${flat.join(" ")}`);
    if (options.json) console.log(JSON.stringify(summary(results)));
  } finally {
    for (const { process: child } of contestants) child.kill("SIGKILL");
  }
}

function summary(results: ReadonlyMap<string, Figures>): object {
  const direct = results.get("direct");
  if (direct === undefined) return {};
  return Object.fromEntries(
    [...results].map(([name, figures]) => [
      name,
      name === "direct" ? { rps: Math.round(figures.rps) } : added(figures, direct),
    ]),
  );
}

await main();
