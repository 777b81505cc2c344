import type { Rollout, RolloutEvent } from "../../../domain/rollout/rollout.ts";
import { isTerminal } from "../../../domain/rollout/rollout.ts";
import type { Channel } from "../../../domain/traffic/channel.ts";
import type { ChannelName } from "../../../domain/traffic/route.ts";
import type { Decision, RolloutStore } from "../../../ports/rollout-store.ts";

const keyOf = ({ endpoint, environment }: ChannelName): string => `${endpoint}\n${environment}`;

const decisionKey = (rolloutId: string, idempotencyKey: string): string => `${rolloutId}\n${idempotencyKey}`;

/** Whether a rollout has started and not ended: a channel has at most one of these. */
const occupies = ({ startedAt, phase }: Rollout): boolean => startedAt !== null && !isTerminal(phase);

const isConsecutive = (events: readonly RolloutEvent[]): boolean =>
  events.every(({ seq }, index) => index === 0 || seq === (events[index - 1]?.seq ?? 0) + 1);

/** The epoch never goes back, and the pointer moves only with a new one. */
const mayFollow = (next: Channel, now: Channel | undefined): boolean =>
  now === undefined || next.epoch > now.epoch || (next.epoch === now.epoch && next.stable === now.stable);

/** Rollouts and channels in memory, with the same compare-and-set as on disk. */
export function createMemoryRolloutStore(): RolloutStore {
  return new MemoryRolloutStore();
}

class MemoryRolloutStore implements RolloutStore {
  readonly #rollouts = new Map<string, Rollout>();
  readonly #events = new Map<string, RolloutEvent[]>();
  /** The first event of each decision that has a key. */
  readonly #idempotencyKeys = new Map<string, number>();
  readonly #channels = new Map<string, Channel>();

  async append({ events, rollout, channel, idempotencyKey }: Decision): Promise<"appended" | "duplicate" | "conflict"> {
    const key = idempotencyKey === null ? null : decisionKey(rollout.id, idempotencyKey);
    if (key !== null && this.#idempotencyKeys.has(key)) return "duplicate";
    if (!this.#mayAppend({ events, rollout, channel, idempotencyKey })) return "conflict";
    if (key !== null) this.#idempotencyKeys.set(key, events[0]?.seq ?? 0);
    this.#events.set(rollout.id, [...(this.#events.get(rollout.id) ?? []), ...events]);
    this.#rollouts.set(rollout.id, rollout);
    if (channel !== null) this.#channels.set(keyOf(channel.name), channel);
    return "appended";
  }

  #mayAppend({ events, rollout, channel }: Decision): boolean {
    const stored = this.#rollouts.get(rollout.id);
    const [first] = events;
    if (first === undefined || first.seq !== (stored?.seq ?? 0) + 1 || !isConsecutive(events)) return false;
    if (stored !== undefined && first.prevHash !== stored.lastHash) return false;
    const others = [...this.#rollouts.values()].filter(({ id }) => id !== rollout.id);
    const isTaken = others.some((other) => keyOf(other.channel) === keyOf(rollout.channel) && occupies(other));
    if (occupies(rollout) && isTaken) return false;
    return channel === null || mayFollow(channel, this.#channels.get(keyOf(channel.name)));
  }

  async byId(id: string): Promise<Rollout | null> {
    return this.#rollouts.get(id) ?? null;
  }

  async list(filter: Parameters<RolloutStore["list"]>[0]): Promise<readonly Rollout[]> {
    return [...this.#rollouts.values()]
      .filter(({ channel }) => filter.endpoint === undefined || channel.endpoint === filter.endpoint)
      .filter(({ channel }) => filter.environment === undefined || channel.environment === filter.environment)
      .filter(({ phase }) => filter.open !== true || !isTerminal(phase))
      .toReversed()
      .slice(0, filter.limit);
  }

  async events(rolloutId: string, afterSeq: number, limit: number): Promise<readonly RolloutEvent[]> {
    return (this.#events.get(rolloutId) ?? []).filter(({ seq }) => seq > afterSeq).slice(0, limit);
  }

  async decidedBy(rolloutId: string, idempotencyKey: string): Promise<number | null> {
    return this.#idempotencyKeys.get(decisionKey(rolloutId, idempotencyKey)) ?? null;
  }

  async channels(): Promise<readonly Channel[]> {
    return [...this.#channels.values()];
  }

  async channel(name: ChannelName): Promise<Channel | null> {
    return this.#channels.get(keyOf(name)) ?? null;
  }

  async openChannel(name: ChannelName, stable: string): Promise<Channel> {
    const known = this.#channels.get(keyOf(name));
    if (known !== undefined) return known;
    const channel = { name, stable, epoch: 1, rolloutId: null };
    this.#channels.set(keyOf(name), channel);
    return channel;
  }
}
