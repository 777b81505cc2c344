import * as fc from "fast-check";
import { replayRollout } from "../../../src/delivery/replay-rollout.ts";
import { isTerminal, isWithdrawing } from "../../../src/domain/rollout/rollout.ts";
import type { Rollout } from "../../../src/domain/rollout/rollout.ts";
import type { Look } from "./chronicle.ts";
import { commandArbitraries, realOf } from "./commands.ts";
import type { Real } from "./commands.ts";
import { checkInvariants } from "./invariants.ts";
import { planArbitrary } from "./plans.ts";
import { World } from "./world.ts";

/** What a search came to. */
export interface Proof {
  readonly runs: number;
  readonly commands: number;
  /** The counterexample in words, `null` when there is none. */
  readonly violation: string | null;
  /** How rollouts ended, or the phase that they were left in. */
  readonly ends: ReadonlyMap<string, number>;
}

/** Most commands of one run. */
const MAX_COMMANDS = 45;

/** How much to search; without a seed another one each time. */
export interface Search {
  readonly runs: number;
  readonly seed?: number;
  /** Called now and then with the runs so far. */
  readonly onRun?: (runs: number) => void;
}

/** Runs random histories of two replicas against the shipped delivery and checks every law after every command. */
export async function prove({ runs, seed, onRun }: Search): Promise<Proof> {
  const ends = new Map<string, number>();
  let commands = 0;
  let ran = 0;
  const property = fc.asyncProperty(
    planArbitrary,
    fc.commands([...commandArbitraries], { maxCommands: MAX_COMMANDS, size: "max" }),
    async (plan, script) => {
      const real = realOf(await World.open());
      await real.world.apply(0, plan);
      await fc.asyncModelRun(() => ({ model: { isJudgedByLaws: true as const }, real }), script);
      await settle(real);
      for (const rollout of await real.world.stores.rollouts.list({ limit: 100 })) {
        const end = endOf(rollout);
        ends.set(end, (ends.get(end) ?? 0) + 1);
      }
      commands += real.commands;
      ran += 1;
      onRun?.(ran);
    },
  );
  const details = await fc.check(property, { numRuns: runs, ...(seed === undefined ? {} : { seed }) });
  return { runs: details.numRuns, commands, violation: details.failed ? reportOf(details) : null, ends };
}

/** "completed (canary, non-inferior)", "rolled_back (canary, harm)": so that one sees what was never reached. */
function endOf({ phase, outcome, promotion, plan: { strategy } }: Rollout): string {
  const why = phase === "completed" ? (promotion?.basis ?? outcome) : outcome;
  return `${phase} (${why === null ? strategy : `${strategy}, ${why}`})`;
}

/** The law and what was seen, then the shortest history that breaks it and how to repeat it. */
function reportOf<T>(details: fc.RunDetails<T>): string {
  const { errorInstance } = details;
  const seen = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return `${seen}\n${fc.defaultReportMessage(details) ?? ""}`;
}

/** Everything heals, nothing new comes, and both replicas come to say the same. */
async function settle(real: Real): Promise<void> {
  const { world } = real;
  world.setResolvable(true);
  await world.thaw();
  for (const seat of [0, 1] as const) {
    world.mend(seat);
    await world.restart(seat);
  }
  world.network.deliver("in order");
  for (let look = 0; look < 3; look += 1) {
    await world.pass(11_000);
    world.network.deliver("in order");
  }
  // A decision of the very last moment needs a tick more to be heard of.
  let look = await real.chronicle.look();
  for (let more = 0; more < 12 && !isQuiet(look); more += 1) {
    await world.pass(1_000);
    look = await real.chronicle.look();
  }
  await checkInvariants(look);
  const isHeard = look.replicas.every(({ route }) => route?.epoch === look.channel.epoch);
  if (!isHeard) throw new Error(`A replica never heard of epoch ${look.channel.epoch}.`);
  const leaving = look.rollouts.find(({ state: { phase } }) => isWithdrawing(phase));
  if (leaving !== undefined) throw new Error(`The withdrawal of ${leaving.id} never ends.`);
  const queued = look.rollouts.filter(
    ({ state: { waits, phase, gates = [] } }) =>
      waits.includes("queue") && !isTerminal(phase) && gates.every(({ standing }) => standing === "passed"),
  );
  if (look.channel.rolloutId === null && queued.length > 0) throw new Error(`${queued[0]?.id} waits for nobody.`);
  for (const { id, events } of look.rollouts) {
    const { decisions } = await replayRollout({ events, journal: world.stores.journal, engine: "test" });
    const other = decisions.find(({ result }) => result === "differs");
    if (other !== undefined)
      throw new Error(`${id}, entry ${other.seq}, is decided otherwise in a replay: ${other.detail}`);
  }
}

/** Nobody is being withdrawn and everybody has heard of everything. */
const isQuiet = ({ replicas, channel, rollouts }: Look): boolean =>
  replicas.every(({ route }) => route?.epoch === channel.epoch) &&
  rollouts.every(({ state: { phase } }) => !isWithdrawing(phase));
