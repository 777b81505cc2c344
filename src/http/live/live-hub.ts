import type { Announcer } from "../../ports/announcer.ts";
import type { ChangeMarks, MarkedTopic, Marks } from "../../ports/change-marks.ts";
import type { Clock } from "../../ports/clock.ts";

/** What people can follow: topics with a mark, and what is handed to `publish` only. */
export type LiveTopic = MarkedTopic | "calls";

/** One message of the stream. */
export interface LiveMessage {
  readonly topic: LiveTopic;
  readonly data?: unknown;
}

/** Somebody who follows. */
export interface LiveListener {
  readonly topics: ReadonlySet<LiveTopic>;
  /** The only environment that it may hear of; `null` is all. */
  readonly environment: string | null;
  /** Must neither throw nor wait; `id` says how far it has come then. */
  tell(message: LiveMessage, id: string): void;
}

/** What the hub is plugged into. */
export interface LiveHubTerms {
  readonly marks: ChangeMarks;
  readonly clock: Clock;
  readonly announcer: Pick<Announcer, "troubled" | "recovered">;
}

/** How often marks are read while somebody follows, ms: nobody notices a second. */
const LOOK_MS = 1_000;
const WHAT = "looking for changes that the console shows";

/**
 * Tells whoever follows what has happened. Changes are found by reading marks from the database, so that it does not
 * matter which replica made them; without a listener nothing is read.
 */
export class LiveHub {
  readonly #terms: LiveHubTerms;
  readonly #listeners = new Set<LiveListener>();
  #marks: Marks | null = null;
  #cancel: (() => void) | null = null;
  #isTroubled = false;
  #onClose: (() => void)[] = [];
  #onChange: (() => void)[] = [];
  #onFollow: ((topics: ReadonlySet<LiveTopic>) => void)[] = [];

  constructor(terms: LiveHubTerms) {
    this.#terms = terms;
  }

  /** How many follow a topic: without any there is nothing to gather for it. */
  listeners(topic: LiveTopic): number {
    let count = 0;
    for (const { topics } of this.#listeners) if (topics.has(topic)) count += 1;
    return count;
  }

  /** Tells those who follow a topic. `environment` is where it happened; `null` where it is about the server. */
  publish(message: LiveMessage, environment: string | null): void {
    for (const listener of this.#listeners) {
      if (!listener.topics.has(message.topic)) continue;
      if (listener.environment !== null && environment !== null && listener.environment !== environment) continue;
      listener.tell(message, this.#id());
    }
  }

  /**
   * Adds somebody who follows; the result takes it away. `lastId` is how far it had come when it was cut off: what has
   * changed since then is told at once.
   */
  follow(listener: LiveListener, lastId: string | null): () => void {
    this.#listeners.add(listener);
    for (const run of this.#onFollow) run(listener.topics);
    if (lastId !== null) void this.#catchUp(listener, lastId);
    this.#cancel ??= this.#terms.clock.after(0, () => void this.#look());
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `end` when the hub closes. */
  onClose(end: () => void): () => void {
    this.#onClose.push(end);
    return () => (this.#onClose = this.#onClose.filter((each) => each !== end));
  }

  /** Calls `run` when something has changed, before anybody is told: what is kept for a while is to be made anew. */
  onChange(run: () => void): void {
    this.#onChange.push(run);
  }

  /** Calls `run` at the moment somebody begins to follow topics: what happens from then on is theirs. */
  onFollow(run: (topics: ReadonlySet<LiveTopic>) => void): void {
    this.#onFollow.push(run);
  }

  /** Ends every stream and looks no more: a server that stops would wait for them. */
  close(): void {
    this.#cancel?.();
    this.#cancel = () => {};
    for (const end of this.#onClose) end();
    this.#listeners.clear();
  }

  async #look(): Promise<void> {
    try {
      const marks = await this.#terms.marks.read();
      this.#tellChanged(marks);
      if (this.#isTroubled) this.#terms.announcer.recovered(WHAT);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) this.#terms.announcer.troubled(WHAT, error);
      this.#isTroubled = true;
    }
    this.#cancel = this.#listeners.size === 0 ? this.#rest() : this.#again();
  }

  #again = (): (() => void) => this.#terms.clock.after(LOOK_MS, () => void this.#look());

  /** The next listener wakes it; until then nobody knows what happens. */
  #rest(): null {
    this.#marks = null;
    return null;
  }

  #tellChanged(marks: Marks): void {
    const before = this.#marks;
    this.#marks = marks;
    if (before === null) return;
    const topics = changedTopics(before, marks);
    if (topics.length > 0) for (const run of this.#onChange) run();
    for (const topic of topics) this.publish({ topic }, null);
  }

  async #catchUp(listener: LiveListener, lastId: string): Promise<void> {
    const before = marksOf(lastId);
    // What cannot be read is told by whoever looks next.
    const now = await this.#terms.marks.read().catch(() => null);
    if (now === null) return;
    const id = idOf(now);
    for (const topic of changedTopics(before, now)) if (listener.topics.has(topic)) listener.tell({ topic }, id);
  }

  #id = (): string => (this.#marks === null ? "" : idOf(this.#marks));
}

const TOPICS: readonly MarkedTopic[] = ["rollouts", "routes", "alerts", "incidents", "changes"];

const changedTopics = (before: Partial<Marks>, after: Marks): readonly MarkedTopic[] =>
  TOPICS.filter((topic) => before[topic] !== after[topic]);

/** Marks as the id of an event, so that a client that comes back says how far it had come. */
const idOf = (marks: Marks): string => TOPICS.map((topic) => marks[topic]).join(",");

function marksOf(id: string): Partial<Marks> {
  const parts = id.split(",");
  return Object.fromEntries(TOPICS.map((topic, index) => [topic, parts[index]]));
}
