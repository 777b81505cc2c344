import type { LimitClaim } from "../../domain/limits/limit-rule.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Limiter, LimiterCounts, LimitPass, LimitRefusal, LimitState } from "../../ports/limiter.ts";
import type { Valkey } from "../../ports/valkey.ts";
import { LEASE_SCRIPT } from "./lease-script.ts";
import { MeterShelf } from "./meter-shelf.ts";
import type { SharedMeter } from "./shared-meter.ts";

/** What a shared limiter is plugged into. */
export interface LeasedLimiterTerms {
  readonly valkey: Valkey;
  readonly clock: Clock;
  /** Unique over all replicas and starts. */
  readonly replicaId: string;
  /** Begins the names of all keys; the braces keep them together in a cluster. */
  readonly prefix: string;
}

/** A replica that was not heard of for this long no longer holds places, ms. */
const LIVE_MS = 10_000;
/** How often what is held is told, and what is not needed is given back, ms. */
const TELL_MS = 500;
/** Longest time for which a refusal is repeated without asking, ms. */
const DRY_MS = 100;
/** A call that waits is overtaken by others at most this often. */
const ROUNDS = 3;
/** Meters in one command: with more it would hold up the others in Valkey. */
const BATCH = 200;
/** Longest time that giving everything back at the end takes, ms. */
const CLOSE_MS = 2_000;

interface Cost {
  readonly claim: LimitClaim;
  readonly meter: SharedMeter;
  readonly cost: number;
}

interface Waiter {
  readonly costs: readonly Cost[];
  rounds: number;
  readonly resolve: (answer: LimitPass | LimitRefusal) => void;
}

/**
 * Limits that replicas share through Valkey. Each holds a little ahead and spends it without asking; while Valkey is
 * away each lets in its part by itself: the rates divided by the number of replicas that were last alive.
 */
export class LeasedLimiter implements Limiter {
  readonly #terms: LeasedLimiterTerms;
  readonly #meters: MeterShelf;
  #waiting: Waiter[] = [];
  /** What Valkey is to be told of, a command each. */
  #telling: (readonly SharedMeter[])[] = [];
  #isBusy = false;
  /** The exchanges that are under way. */
  #work: Promise<void> = Promise.resolve();
  #closeBy: number | null = null;
  #stopTick: (() => void) | null = null;
  #replicas = 1;
  #isAway = false;

  constructor(terms: LeasedLimiterTerms) {
    this.#terms = terms;
    this.#meters = new MeterShelf(() => terms.clock.elapsed());
  }

  take(claims: readonly LimitClaim[], tokens: number): LimitPass | LimitRefusal | Promise<LimitPass | LimitRefusal> {
    this.#stopTick ??= this.#terms.clock.after(TELL_MS, () => this.#tick());
    const costs = claims.flatMap((claim) => this.#costsOf(claim, tokens));
    if (costs.every(hasCredit)) return this.#pass(costs);
    if (this.#isAway || !this.#terms.valkey.isReady) return this.#takeAlone(costs);
    const now = this.#terms.clock.elapsed();
    const dry = costs.find(({ meter, cost }) => meter.dryMs(cost, now) > 0);
    if (dry !== undefined) return refusalOf(dry, dry.meter.waitMs(now), costs);
    for (const { meter } of costs) meter.usedAt = now;
    return new Promise((resolve) => {
      this.#waiting.push({ costs, rounds: 0, resolve });
      this.#goOn();
    });
  }

  counts(): LimiterCounts {
    return { meters: this.#meters.size, shared: !this.#isAway };
  }

  async close(): Promise<void> {
    this.#closeBy = this.#terms.clock.elapsed() + CLOSE_MS;
    this.#stopTick?.();
    this.#telling = batchesOf(this.#meters.held());
    this.#goOn();
    await this.#work;
  }

  #costsOf(claim: LimitClaim, tokens: number): readonly Cost[] {
    const { requests, tokens: perToken, concurrent } = claim.rule;
    const costs: Cost[] = [];
    if (requests !== null) costs.push({ claim, meter: this.#meters.meterOf(claim, "requests"), cost: 1 });
    if (perToken !== null && tokens > 0)
      costs.push({ claim, meter: this.#meters.meterOf(claim, "tokens"), cost: tokens });
    if (concurrent !== null) costs.push({ claim, meter: this.#meters.meterOf(claim, "concurrent"), cost: 1 });
    return costs;
  }

  #pass(costs: readonly Cost[]): LimitPass {
    const now = this.#terms.clock.elapsed();
    let open = costs.map(({ claim, meter, cost }) => {
      meter.usedAt = now;
      return { claim, settle: meter.spend(cost) };
    });
    return {
      states: statesOf(costs),
      settle: (used, only) => {
        const isOver = ({ claim }: Pick<Cost, "claim">): boolean => only?.includes(claim) ?? true;
        for (const { settle } of open.filter(isOver)) settle(used ?? 0);
        open = open.filter((one) => !isOver(one));
      },
    };
  }

  #goOn(): void {
    if (!this.#isBusy) this.#work = this.#exchangeAll();
  }

  /**
   * Asks for what calls wait for and tells what is to be told, in turn, for as long as there is anything. One exchange is
   * under way at a time: two that cross would tell Valkey of fewer places than are taken.
   */
  async #exchangeAll(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0 || this.#telling.length > 0) {
      try {
        await this.#ask();
        await this.#tell();
      } catch {
        this.#telling = [];
        this.#goAlone();
      }
    }
    this.#isBusy = false;
  }

  /** Those who have waited longest, as many as one command can ask for. */
  async #ask(): Promise<void> {
    const asked: Waiter[] = [];
    const meters = new Set<SharedMeter>();
    for (const waiter of this.#waiting) {
      const more = waiter.costs.filter(({ meter }) => !meters.has(meter));
      if (asked.length > 0 && meters.size + more.length > BATCH) break;
      asked.push(waiter);
      for (const { meter } of more) meters.add(meter);
    }
    if (asked.length > 0) this.#serve(asked, await this.#exchange([...meters], false));
  }

  async #tell(): Promise<void> {
    const meters = this.#telling.shift();
    if (meters === undefined) return;
    await this.#exchange(meters, true);
    this.#meters.told(meters);
    this.#rejoin();
    if (this.#closeBy !== null && this.#terms.clock.elapsed() >= this.#closeBy) this.#telling = [];
  }

  /** Tells Valkey of meters and takes what it grants; gives the wait of each that was refused. */
  async #exchange(meters: readonly SharedMeter[], giveBack: boolean): Promise<ReadonlyMap<SharedMeter, number>> {
    const { valkey, prefix, replicaId } = this.#terms;
    const demands = this.#demands();
    const orders = meters.flatMap((meter) => {
      const demand = demands.get(meter) ?? { least: 0, sum: 0 };
      const back = giveBack && demand.sum === 0 ? meter.credit : 0;
      if (back !== 0) meter.credit -= back;
      return meter.order(demand, back);
    });
    const keys = [`${prefix}replicas`, ...meters.map(({ name }) => `${prefix}${name}`)];
    const kept = meters.map(({ keeps }) => keeps);
    for (const meter of meters) meter.told = null;
    const answer = await valkey.run("EVAL", LEASE_SCRIPT, keys.length, ...keys, replicaId, LIVE_MS, ...orders);
    if (!Array.isArray(answer)) throw new Error("Valkey gave no list.");
    const numbers = answer.map(Number);
    const waits = new Map<SharedMeter, number>();
    for (const [index, meter] of meters.entries()) {
      const [granted = 0, left = 0, waitMs = 0] = numbers.slice(3 * index, 3 * index + 3);
      meter.credit += granted;
      meter.left = left;
      meter.told = (kept[index] ?? 0) + granted;
      if (waitMs > 0) waits.set(meter, waitMs);
    }
    this.#replicas = Math.max(1, numbers.at(-1) ?? 1);
    return waits;
  }

  #demands(): ReadonlyMap<SharedMeter, { least: number; sum: number }> {
    const demands = new Map<SharedMeter, { least: number; sum: number }>();
    for (const { costs } of this.#waiting) {
      for (const { meter, cost } of costs) {
        const known = demands.get(meter);
        if (known === undefined) demands.set(meter, { least: cost, sum: cost });
        else {
          known.least = Math.min(known.least, cost);
          known.sum += cost;
        }
      }
    }
    return demands;
  }

  #serve(asked: readonly Waiter[], waits: ReadonlyMap<SharedMeter, number>): void {
    const now = this.#terms.clock.elapsed();
    const served = new Set<Waiter>();
    for (const waiter of asked) {
      const short = waiter.costs.find((cost) => !hasCredit(cost));
      if (short === undefined) waiter.resolve(this.#pass(waiter.costs));
      else {
        const waitMs = waits.get(short.meter);
        waiter.rounds += 1;
        if (waitMs === undefined && waiter.rounds < ROUNDS) continue;
        const { meter, cost } = short;
        meter.refused(cost, { dryUntil: now + Math.min(waitMs ?? 1, DRY_MS), freeAt: now + (waitMs ?? DRY_MS) });
        waiter.resolve(refusalOf(short, waitMs ?? DRY_MS, waiter.costs));
      }
      served.add(waiter);
    }
    this.#waiting = this.#waiting.filter((waiter) => !served.has(waiter));
  }

  /** Valkey does not answer: every call is decided here until it does. */
  #goAlone(): void {
    this.#isAway = true;
    const left = this.#waiting;
    this.#waiting = [];
    for (const { costs, resolve } of left) resolve(this.#takeAlone(costs));
  }

  #takeAlone(costs: readonly Cost[]): LimitPass | LimitRefusal {
    this.#isAway = true;
    const alone = { now: this.#terms.clock.elapsed(), replicas: this.#replicas };
    for (const one of costs) {
      const waitMs = one.meter.aloneMs(one.cost, alone);
      if (waitMs > 0) return refusalOf(one, waitMs, costs);
    }
    return this.#pass(costs);
  }

  #rejoin(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    for (const meter of this.#meters.all()) meter.rejoin(this.#replicas);
  }

  /** Gives back what is not needed, shows that this replica lives, and finds out whether Valkey is back. */
  #tick(): void {
    const now = this.#terms.clock.elapsed();
    this.#meters.forget(now);
    const isIdle = this.#meters.size === 0 && !this.#isAway;
    const isLast = isIdle || this.#closeBy !== null;
    this.#stopTick = isLast ? null : this.#terms.clock.after(TELL_MS, () => this.#tick());
    // What the last tick wanted told goes first: who comes late must not push out who waits longest.
    if (isLast || this.#telling.length > 0) return;
    const due = batchesOf(this.#meters.due(now));
    this.#telling = due.length === 0 ? [[]] : due;
    this.#goOn();
  }
}

/** As many meters as one command tells of. */
const batchesOf = (meters: readonly SharedMeter[]): (readonly SharedMeter[])[] =>
  Array.from({ length: Math.ceil(meters.length / BATCH) }, (_, at) => meters.slice(at * BATCH, (at + 1) * BATCH));

const hasCredit = ({ meter, cost }: Cost): boolean => meter.credit >= cost;

/** As this replica knows it: what it holds and what the shared limit had left. */
function statesOf(costs: readonly Cost[]): readonly LimitState[] {
  return costs.flatMap(({ meter }): readonly LimitState[] => {
    const { kind, rate, claim } = meter;
    if (kind === "concurrent" || rate === null) return [];
    const remaining = Math.max(0, Math.floor(meter.credit + Math.max(0, meter.left ?? 0)));
    const missing = Math.max(0, rate.burst - remaining);
    return [{ rule: claim.rule, kind, remaining, resetMs: Math.ceil((missing * rate.windowMs) / rate.amount) }];
  });
}

const refusalOf = ({ meter }: Cost, retryAfterMs: number, costs: readonly Cost[]): LimitRefusal => ({
  claim: meter.claim,
  kind: meter.kind,
  retryAfterMs,
  states: statesOf(costs),
});
