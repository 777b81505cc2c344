import { parseArgs } from "node:util";
import { startBare, startDirect, startHits, startMetered, startRollward, startSteady } from "./http/contestants.ts";
import type { Contestant } from "./http/contestants.ts";
import { percent, rounded } from "./http/figure-words.ts";
import { load, measure, memoryOf, orderFor } from "./http/measure.ts";
import type { Round } from "./http/measure.ts";
import { startLiteLlm, startPortkey } from "./http/peers.ts";
import { startTelemetry } from "./http/telemetry.ts";
import type { TelemetryStage } from "./http/telemetry.ts";
import { printTelemetry, telemetryCost, telemetrySummary } from "./http/telemetry-cost.ts";
import type { TelemetryCost } from "./http/telemetry-cost.ts";
import { waitForRest } from "./http/wait-for-rest.ts";
import { watchMemory } from "./http/watch-memory.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    /** Calls for watching memory, of which 10 % are left by the client and 5 % cut by the upstream; 0 is none. */
    "memory-calls": { type: "string", default: "500000" },
    /** Calls per second for latencies. Absent is half of what each contestant does at most, measured just before. */
    rate: { type: "string" },
    /** Gateways of others to measure beside ours: `portkey`, `litellm`, both with a comma, or `none`. */
    peers: { type: "string", default: "portkey" },
    /** Rollward with limits, budgets and the exact cache as well, once more with hits alone, and without, all without a rollout. */
    meters: { type: "boolean", default: false },
    /** Rollward with `/metrics` scraped every 5 s, and with traces and metrics exported by OTLP as well. */
    telemetry: { type: "boolean", default: false },
  },
});

/** Medians over all rounds of one contestant; `null` is what it did not do. */
interface Figures extends Omit<Round, "errors"> {
  readonly peakRssMb: number;
}

/** Compilers go on changing a gateway's code for some 30,000 calls; who is slower gets no less of them for it. */
const WARM_CALLS = 40_000;
const WARM_SECONDS = 30;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

const PEERS = { portkey: startPortkey, litellm: startLiteLlm };

function peersAsked(): readonly (keyof typeof PEERS)[] {
  if (options.peers === "none") return [];
  return options.peers.split(",").map((name) => {
    if (name !== "portkey" && name !== "litellm") throw new Error(`--peers takes portkey and litellm, not ${name}.`);
    return name;
  });
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function figuresOf(contestant: Contestant, rounds: readonly Round[]): Figures {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const ifAny = (pick: (round: Round) => number | null): number | null => {
    const values = rounds.map(pick).filter((value) => value !== null);
    return values.length === 0 ? null : median(values);
  };
  return {
    rps: of((round) => round.rps),
    chunksPerSec: ifAny((round) => round.chunksPerSec),
    addedP50Ms: of((round) => round.addedP50Ms),
    addedP99Ms: of((round) => round.addedP99Ms),
    addedFirstTokenMs: ifAny((round) => round.addedFirstTokenMs),
    peakRssMb: memoryOf(contestant).peak,
  };
}

const cell = (value: number | null, digits: number, width: number): string =>
  (value === null ? "failed" : value.toFixed(digits)).padStart(width);

function print(results: ReadonlyMap<string, Figures>): void {
  const bare = results.get("bare");
  if (bare === undefined) return;
  const share = (own: number | null, whole: number | null): string =>
    (own === null || whole === null ? "" : `${((100 * own) / whole).toFixed(0)} %`).padStart(8);
  console.log(
    "\nwho                 calls/s  of bare  chunksPerSec  of bare   +p50 ms   +p99 ms  +first token ms  peak MB",
  );
  for (const [name, one] of results) {
    const cells = [
      cell(one.rps, 0, 8),
      share(one.rps, bare.rps),
      cell(one.chunksPerSec, 0, 13),
      share(one.chunksPerSec, bare.chunksPerSec),
      cell(one.addedP50Ms, 2, 9),
      cell(one.addedP99Ms, 2, 9),
      cell(one.addedFirstTokenMs, 2, 16),
      cell(one.peakRssMb, 0, 8),
    ];
    console.log(`${name.padEnd(18)} ${cells.join(" ")}`);
  }
}

/** What limits, budgets and the cache cost, as shares of the same server without them. */
interface MeterRatio {
  /** Of `rollward-steady`, which differs in nothing else. */
  readonly ofSteady: number;
  readonly chunksOfSteady: number | null;
  /** Of `rollward`, whose rollout it does without. */
  readonly ofRollward: number;
}

function meterRatio(results: ReadonlyMap<string, Figures>): MeterRatio | null {
  const [plain, steady, metered] = ["rollward", "rollward-steady", "rollward-metered"].map((name) => results.get(name));
  if (plain === undefined || steady === undefined || metered === undefined) return null;
  const [all, own] = [steady.chunksPerSec, metered.chunksPerSec];
  return {
    ofSteady: metered.rps / steady.rps,
    chunksOfSteady: all === null || own === null ? null : own / all,
    ofRollward: metered.rps / plain.rps,
  };
}

function printMeters(results: ReadonlyMap<string, Figures>): void {
  const ratio = meterRatio(results);
  if (ratio === null) return;
  console.log(
    `\nwith limits, budgets and the exact cache: ${percent(ratio.ofSteady)} of the calls/s and ${percent(ratio.chunksOfSteady)} of the events/s without them; ${percent(ratio.ofRollward)} of the calls/s of rollward`,
  );
  const hits = results.get("rollward-hits");
  if (hits !== undefined)
    console.log(`a hit of the exact cache adds ${hits.addedP50Ms.toFixed(3)} ms at p50 (wanted: less than 1)`);
}

async function playRounds(contestants: readonly Contestant[], direct: Contestant): Promise<Map<string, Figures>> {
  const rate = options.rate === undefined ? null : Number(options.rate);
  const rounds = new Map<string, Round[]>(contestants.map(({ name }) => [name, []]));
  for (const contestant of contestants) {
    await load(orderFor(contestant, { mode: "closed", seconds: WARM_SECONDS, calls: WARM_CALLS }));
    await measure(contestant, { direct, seconds: 1, rate });
  }
  for (let round = 1; round <= Number(options.rounds); round += 1) {
    for (const contestant of contestants) {
      await waitForRest(contestants);
      const measured = await measure(contestant, { direct, seconds: Number(options.seconds), rate });
      rounds.get(contestant.name)?.push(measured);
      if (measured.errors > 0) say(`  ${contestant.name}: ${measured.errors} answers were not 200; they do not count`);
    }
    say(`round ${round} of ${options.rounds} done`);
  }
  return new Map(contestants.map((one) => [one.name, figuresOf(one, rounds.get(one.name) ?? [])]));
}

async function main(): Promise<void> {
  const direct = await startDirect();
  const rollward = await startRollward(direct.port);
  const contestants = [direct, await startBare(direct.port), rollward];
  let telemetry: TelemetryStage | null = null;
  try {
    if (options.telemetry) telemetry = await startTelemetry(direct.port);
    contestants.push(...(telemetry?.contestants ?? []));
    if (options.meters) {
      for (const start of [startSteady, startMetered, startHits]) contestants.push(await start(direct.port));
    }
    for (const name of peersAsked()) {
      const peer = await PEERS[name](direct.port);
      if (peer === null) say(`${name} cannot be installed here and is left out.`);
      else contestants.push(peer);
    }
    const results = await playRounds(contestants, direct);
    print(results);
    printMeters(results);
    const cost = telemetryCost(results, (await telemetry?.seen()) ?? null);
    if (cost !== null) printTelemetry(cost);
    const calls = Number(options["memory-calls"]);
    if (calls > 0) {
      const { tenthsMb, left, cut, errors, flat } = await watchMemory(rollward, calls);
      console.log(`\nrollward's resident MB after each tenth of ${calls} further calls: ${tenthsMb.join(" ")}`);
      if (!flat) process.exitCode = 1;
      console.log(`${flat ? "flat" : "NOT flat"}; clients left ${left}, upstream cut ${cut}, other failures ${errors}`);
    }
    if (options.json) console.log(JSON.stringify(summary(results, cost)));
  } finally {
    telemetry?.stop();
    for (const { process: child } of contestants) child.kill("SIGKILL");
  }
}

const roundedRatio = ({ ofSteady, chunksOfSteady, ofRollward }: MeterRatio): object => ({
  ofSteady: rounded(ofSteady, 3),
  chunksOfSteady: rounded(chunksOfSteady, 3),
  ofRollward: rounded(ofRollward, 3),
});

/** The last line under `--json`. */
function summary(results: ReadonlyMap<string, Figures>, cost: TelemetryCost | null): object {
  const line = [...results].map(([name, one]) => {
    const rps = rounded(one.rps, 0);
    if (name === "direct") return [name, { rps }];
    const chunksPerSec = rounded(one.chunksPerSec, 0);
    if (name === "bare") return [name, { rps, chunksPerSec }];
    return [
      name,
      {
        rps,
        chunksPerSec,
        addedP50Ms: rounded(one.addedP50Ms, 3),
        addedP99Ms: rounded(one.addedP99Ms, 3),
        addedFirstTokenMs: rounded(one.addedFirstTokenMs, 3),
        peakRssMb: rounded(one.peakRssMb, 0),
      },
    ];
  });
  const ratio = meterRatio(results);
  const meters = ratio === null ? {} : { meters: roundedRatio(ratio) };
  const telemetry = cost === null ? {} : { telemetry: telemetrySummary(cost) };
  return { ...(Object.fromEntries(line) as object), ...meters, ...telemetry };
}

await main();
