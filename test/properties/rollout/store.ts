import type { Rollout, RolloutEvent } from "../../../src/domain/rollout/rollout.ts";
import type { Channel } from "../../../src/domain/traffic/channel.ts";
import type { Decision } from "../../../src/ports/rollout-store.ts";

/** Freezes a value to its leaves, so that whoever changes shared state fails at once. */
export function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** What survives a crash is what went through JSON. */
const stored = <T>(value: T): T => frozen(JSON.parse(JSON.stringify(value)) as T);

/** The rollout store's contract in memory, without promises: one channel, compare-and-set on `seq`. */
export class LogStore {
  readonly #logs = new Map<string, RolloutEvent[]>();
  readonly #snapshots = new Map<string, Rollout>();
  readonly #keys = new Set<string>();
  #channel: Channel;

  constructor(channel: Channel) {
    this.#channel = stored(channel);
  }

  append({ events, rollout, channel, idempotencyKey }: Decision): "appended" | "duplicate" | "conflict" {
    if (idempotencyKey !== null && this.#keys.has(idempotencyKey)) return "duplicate";
    const log = this.#logs.get(rollout.id) ?? [];
    if (events[0]?.seq !== log.length + 1) return "conflict";
    const holder = this.#channel.rolloutId;
    if (channel !== null && holder !== null && holder !== rollout.id) return "conflict";
    this.#logs.set(rollout.id, [...log, ...stored(events)]);
    this.#snapshots.set(rollout.id, stored(rollout));
    if (channel !== null) this.#channel = stored(channel);
    if (idempotencyKey !== null) this.#keys.add(idempotencyKey);
    return "appended";
  }

  get channel(): Channel {
    return this.#channel;
  }

  byId(id: string): Rollout | null {
    return this.#snapshots.get(id) ?? null;
  }

  /** In the order of opening. */
  all(): readonly Rollout[] {
    return [...this.#snapshots.values()];
  }

  events(id: string): readonly RolloutEvent[] {
    return this.#logs.get(id) ?? [];
  }
}
