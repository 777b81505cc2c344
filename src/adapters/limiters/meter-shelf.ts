import type { LimitClaim, LimitKind } from "../../domain/limits/limit-rule.ts";
import { SharedMeter } from "./shared-meter.ts";

/** What was not used for this long is given back, ms. */
const IDLE_MS = 1_000;
/** A meter that nobody has used for this long is forgotten, ms. */
const FORGET_MS = 60_000;
/** Meters that are told of at most at a time: 4,000 in a second cost Valkey some hundredths of a core. */
const MOST_TOLD = 2_000;
/** Of these, for places that are held and have not changed: 40,000 within the 20 s after which Valkey forgets them. */
const RENEWED = 1_000;

/** The meters of a replica, in the order in which they were told of: who was told of longest ago comes first. */
export class MeterShelf {
  readonly #meters = new Map<string, SharedMeter>();
  readonly #now: () => number;

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#meters.size;
  }

  all(): Iterable<SharedMeter> {
    return this.#meters.values();
  }

  /** Of a limit that changes, what was held ahead lapses; what calls under way have taken, and what is owed, does not. */
  meterOf(claim: LimitClaim, kind: LimitKind): SharedMeter {
    const name = SharedMeter.nameOf(claim, kind);
    const known = this.#meters.get(name);
    if (known?.claim.rule === claim.rule) return known;
    if (known !== undefined) {
      known.change(claim);
      known.usedAt = this.#now();
      return known;
    }
    const fresh = new SharedMeter(claim, kind);
    fresh.usedAt = this.#now();
    this.#meters.set(name, fresh);
    return fresh;
  }

  /** Forgets what nobody has used for long, but for places of which Valkey does not know yet that they are free. */
  forget(now: number): void {
    for (const [name, meter] of this.#meters) {
      const isIdle = now - meter.usedAt > FORGET_MS && meter.taken === 0 && meter.credit === 0;
      if (isIdle && (meter.kind !== "concurrent" || meter.told === 0)) this.#meters.delete(name);
    }
  }

  /** What Valkey has to be told of, bounded: what can be given back first, then whose places are held on. */
  due(now: number): readonly SharedMeter[] {
    const back: SharedMeter[] = [];
    const held: SharedMeter[] = [];
    for (const meter of this.#meters.values()) {
      if (meter.kind !== "concurrent") {
        if (meter.credit !== 0 && now - meter.usedAt > IDLE_MS) back.push(meter);
      } else if (meter.told !== meter.taken) back.push(meter);
      else if (meter.taken > 0) held.push(meter);
    }
    const renewed = Math.max(Math.min(held.length, RENEWED), MOST_TOLD - back.length);
    return [...back.slice(0, MOST_TOLD - Math.min(held.length, RENEWED)), ...held.slice(0, renewed)];
  }

  /** Whatever could be given back. */
  held(): readonly SharedMeter[] {
    return [...this.#meters.values()].filter((meter) =>
      meter.kind === "concurrent" ? meter.told !== meter.taken : meter.credit !== 0,
    );
  }

  /** These were told of: the others come first the next time. */
  told(meters: readonly SharedMeter[]): void {
    for (const meter of meters) {
      if (this.#meters.get(meter.name) !== meter) continue;
      this.#meters.delete(meter.name);
      this.#meters.set(meter.name, meter);
    }
  }
}
