import type { HealthBoard, KnownTarget } from "../../domain/health/target-health.ts";
import type { KeyQuota } from "../../domain/limits/learned/key-quota.ts";
import { readLimits } from "../../domain/limits/learned/read-limits.ts";
import type { LearnedLimit } from "../../domain/limits/learned/learned-limit.ts";
import type { Clock } from "../../ports/clock.ts";
import type { KeyName, LimitBoard, LimitNews } from "../../ports/limit-board.ts";
import type { Headers } from "../../ports/provider.ts";
import type { Leave, LimitLearner } from "../attempt/ticket.ts";

/** What learning stands on. */
export interface ProviderLimitsTerms {
  readonly clock: Clock;
  readonly health: HealthBoard;
  /** Unique over all replicas and starts. */
  readonly replicaId: string;
  /** Where replicas tell each other; absent where there is only one. */
  readonly board?: LimitBoard;
  /** Whether limits are learnt, as the configuration in force says. */
  readonly isOn: () => boolean;
}

/** How often news are told and asked for, ms; what one replica knows all others know after two of these. */
const TELL_MS = 250;
/** The same while there is something to tell. */
const BUSY_MS = 100;
/** Keys that are told of at a time; the others wait for the next. */
const MOST_TOLD = 200;
/** Keys whose news wait to be told, and keys heard of that nobody here has used. */
const MOST_KEYS = 2_000;

/** Counts of what was learnt. */
export interface LearningCounts {
  /** Names of the keys of which others have told, as `provider/model/key`; the first 2,000. */
  readonly heard: ReadonlySet<string>;
  /** Whether replicas tell each other at the moment. */
  readonly shared: boolean;
}

/**
 * Learns the limits of providers from their answers and shares them with other replicas. The way of a call only reads
 * and writes what is in memory; telling happens beside it, and without the board each replica knows its own.
 */
export class ProviderLimits implements LimitLearner {
  readonly #terms: ProviderLimitsTerms;
  readonly #changed = new Map<KeyQuota, KeyName>();
  /** Of targets that nobody here has asked yet. */
  readonly #unused = new Map<string, LimitNews>();
  /** Names of keys that others have told of. */
  readonly #heard = new Set<string>();
  #isShared = false;
  #isBusy = false;
  #isClosed = false;
  #stopTick: (() => void) | null = null;

  constructor(terms: ProviderLimitsTerms) {
    this.#terms = terms;
    terms.health.onMade((target) => this.#welcome(target));
  }

  /** Begins to tell others, and to ask what they know. */
  start(): void {
    if (this.#terms.board !== undefined && this.#stopTick === null) this.#wait();
  }

  read(headers: Headers): readonly LearnedLimit[] {
    return this.#terms.isOn() ? readLimits(headers, this.#terms.clock.now()) : NONE;
  }

  changed({ deployment: { target, provider, health }, key }: Pick<Leave, "deployment" | "key">): void {
    if (this.#terms.board === undefined || !this.#terms.isOn()) return;
    const quota = health.keys.quotaOf(key);
    if (this.#changed.has(quota) || this.#changed.size >= MOST_KEYS) return;
    this.#changed.set(quota, { ...target, key: provider.keyDigests?.[key] ?? String(key) });
  }

  counts(): LearningCounts {
    return { heard: this.#heard, shared: this.#isShared };
  }

  close(): void {
    this.#isClosed = true;
    this.#stopTick?.();
  }

  /** Tells what is new and takes in what others have told. Never rejects. */
  async exchange(): Promise<void> {
    const { board } = this.#terms;
    if (board === undefined || this.#isBusy) return;
    this.#isBusy = true;
    const told = [...this.#changed].slice(0, MOST_TOLD);
    for (const [quota] of told) this.#changed.delete(quota);
    try {
      for (const news of await board.exchange(told.flatMap(([, name]) => this.#newsOf(name)))) this.#take(news);
      this.#isShared = true;
    } catch {
      this.#isShared = false;
      // What is new by then is told when the board is back.
      for (const [quota, name] of told) this.#changed.set(quota, name);
    }
    this.#isBusy = false;
  }

  #wait(): void {
    this.#stopTick = this.#terms.clock.after(this.#changed.size > 0 ? BUSY_MS : TELL_MS, () => {
      void this.exchange().finally(() => {
        if (!this.#isClosed) this.#wait();
      });
    });
  }

  #newsOf(name: KeyName): readonly LimitNews[] {
    const { clock, health } = this.#terms;
    const known = health.find(name);
    const key = known === undefined ? -1 : keyOf(known, name);
    if (known === undefined || key < 0) return [];
    const now = clock.elapsed();
    const { keys } = known.health;
    const quota = keys.quotaOf(key);
    const restMs = keys.limitedMs(key, now);
    return [{ name, from: this.#terms.replicaId, limits: quota.told(now), underWay: quota.underWay(now), restMs }];
  }

  #take(news: LimitNews): void {
    if (!this.#terms.isOn()) return;
    if (this.#heard.size < MOST_KEYS) this.#heard.add(textOf(news.name));
    const known = this.#terms.health.find(news.name);
    if (known !== undefined) return this.#apply(known, news);
    if (this.#unused.size >= MOST_KEYS) this.#unused.clear();
    this.#unused.set(`${news.from} ${textOf(news.name)}`, { ...news, heardAt: this.#terms.clock.elapsed() });
  }

  /** A target is asked for the first time: what others have told of it counts from the first call on. */
  #welcome(target: KnownTarget): void {
    if (this.#unused.size === 0) return;
    for (const [text, news] of this.#unused) {
      if (news.name.provider !== target.name.provider || news.name.model !== target.name.model) continue;
      this.#unused.delete(text);
      this.#apply(target, news);
    }
  }

  #apply(target: KnownTarget, { name, from, limits, underWay, restMs, heardAt }: LimitNews): void {
    const key = keyOf(target, name);
    if (key < 0) return;
    const now = this.#terms.clock.elapsed();
    const { keys } = target.health;
    const quota = keys.quotaOf(key);
    const at = heardAt ?? now;
    for (const { told, sentAgoMs, seenAgoMs } of limits) {
      const seenAt = at - seenAgoMs;
      if (seenAt + told.resetMs > now) quota.heard([told], { sentAt: at - sentAgoMs, seenAt });
    }
    const calls = underWay.map(({ agoMs, need }) => ({ at: at - agoMs, need }));
    quota.underWayElsewhere(from, calls, now);
    keys.rested(key, at + restMs, now);
  }
}

const NONE: readonly LearnedLimit[] = [];

const textOf = ({ provider, model, key }: KeyName): string => `${provider}/${model}/${key}`;

/** The position of a key here: replicas may have the same keys in another order. -1 where it is not known. */
function keyOf({ owner, health }: KnownTarget, { key }: KeyName): number {
  const digests = owner.keyDigests;
  if (digests !== undefined) return digests.indexOf(key);
  const position = Number(key);
  return Number.isInteger(position) && position >= 0 && position < health.keys.size ? position : -1;
}
