import { breakerId } from "../../domain/changes/breaker-change.ts";
import type { ChangeBook } from "../../domain/changes/change-book.ts";
import type { Change } from "../../domain/changes/change.ts";
import { lineOf } from "../../domain/changes/change.ts";
import type { ServedBook, ServedSight } from "../../domain/changes/served-book.ts";
import type { HealthBoard } from "../../domain/health/target-health.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { ChangeStore } from "../../ports/change-store.ts";
import type { Clock } from "../../ports/clock.ts";

/** How often breakers are looked at, ms: one that opens and closes in between was of no consequence. */
const EVERY_MS = 1_000;
/** Replicas whose breakers open within the same so many ms tell one change. */
const TOGETHER_MS = 60_000;
/** A breaker that opens again within so many ms has been troubled all along: in between it let a call try. */
const AGAIN_MS = 5 * 60_000;
/** Changes that wait until the database takes them; beyond it the oldest are lost. */
const MOST_WAITING = 1_000;

const WATCHING = "noting what became of providers";

/** What watching providers needs. */
export interface ProviderWatchTerms {
  readonly changes: ChangeStore;
  /** What is known of the health of models, by environment. */
  readonly boards: () => readonly { readonly environment: string; readonly health: Pick<HealthBoard, "all"> }[];
  readonly served: ServedBook;
  /** What else is to be written down, in order; absent is nothing. */
  readonly noted?: Pick<ChangeBook, "take">;
  readonly clock: Clock;
  readonly announcer: Announcer;
}

/**
 * Notes what providers do to us: breakers that open and close, and answers that come from something else than before; and
 * writes down what others noted.
 */
export class ProviderWatch {
  readonly #terms: ProviderWatchTerms;
  /** Since when each model has been away, by environment. */
  readonly #away = new Map<string, Map<string, number>>();
  /** Breakers that closed a moment ago: since when each had been open, and when it closed. */
  readonly #closed = new Map<string, { readonly since: number; readonly at: number }>();
  readonly #waiting: (() => Promise<unknown>)[] = [];
  #cancel: () => void = () => {};
  #isStopped = true;
  #isTroubled = false;

  constructor(terms: ProviderWatchTerms) {
    this.#terms = terms;
  }

  /** Models (`provider/model`) whose breakers are not closed here, with the time (epoch ms) since when. */
  away(environment: string): ReadonlyMap<string, number> {
    return this.#away.get(environment) ?? NONE;
  }

  start(): void {
    this.#isStopped = false;
    this.#arm();
  }

  /** Looks once more, so that nothing is lost with the process. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    await this.look();
  }

  /** Looks at everything once and writes what is new. Never rejects. */
  async look(): Promise<void> {
    for (const board of this.#terms.boards()) this.#lookAt(board.environment, board.health);
    for (const change of this.#terms.noted?.take() ?? []) this.#later(() => this.#terms.changes.note(change));
    for (const sight of this.#terms.served.take()) this.#later(() => this.#noteSight(sight));
    await this.#write();
  }

  #arm(): void {
    this.#cancel = this.#terms.clock.after(EVERY_MS, () => {
      void this.look().finally(() => {
        if (!this.#isStopped) this.#arm();
      });
    });
  }

  #lookAt(environment: string, health: Pick<HealthBoard, "all">): void {
    const away = this.#away.get(environment) ?? new Map<string, number>();
    this.#away.set(environment, away);
    const now = this.#terms.clock.now();
    for (const [key, { at }] of this.#closed) if (now - at > AGAIN_MS) this.#closed.delete(key);
    const open = new Set<string>();
    for (const { name, health: own } of health.all()) {
      if (own.circuit.state === "closed") continue;
      const model = `${name.provider}/${name.model}`;
      open.add(model);
      if (away.has(model)) continue;
      const before = this.#closed.get(`${environment} ${model}`);
      away.set(model, before !== undefined && now - before.at <= AGAIN_MS ? before.since : now);
      this.#noteBreaker({ environment, model, at: now, isOpen: true });
    }
    for (const [model, since] of away) {
      if (open.has(model)) continue;
      away.delete(model);
      this.#closed.set(`${environment} ${model}`, { since, at: now });
      this.#noteBreaker({ environment, model, at: now, isOpen: false });
    }
  }

  #noteBreaker({ environment, model, at, isOpen }: BreakerTurn): void {
    const change: Change = {
      id: breakerId({ environment, model, isOpen, minute: Math.floor(at / TOGETHER_MS) }),
      at,
      kind: "provider",
      weight: isOpen ? "warning" : "ok",
      environment,
      endpoint: null,
      by: null,
      line: isOpen
        ? `${model} keeps failing: it is asked only now and then (breaker open)`
        : `${model} answers again (breaker closed)`,
      subject: model,
    };
    this.#later(() => this.#terms.changes.note(change));
  }

  /** What a model answers as is compared with all that was ever noted of it, so that a restart is no news. */
  async #noteSight({ environment, model, answeredAs, fingerprint, at }: ServedSight): Promise<void> {
    const { changes } = this.#terms;
    const subject = `answers of ${model}`;
    const what = fingerprint === null ? answeredAs : `${answeredAs} (${fingerprint})`;
    const [before] = await changes.list({ environment, kind: "provider", subject, limit: 1 });
    const was = before === undefined ? "" : (/answers as (.*)$/.exec(before.line)?.[1] ?? "");
    const isModel = before !== undefined && !was.startsWith(answeredAs);
    const line =
      before === undefined
        ? `${model} answers as ${what}`
        : `${model} has changed at the provider: before as ${was}, now it answers as ${what}`;
    const weight = before === undefined ? "ok" : isModel ? "warning" : "info";
    const id = `answers:${environment}:${model}:${what}`;
    await changes.note({
      id,
      at,
      kind: "provider",
      weight,
      environment,
      endpoint: null,
      by: null,
      line: lineOf(line),
      subject,
    });
  }

  #later(write: () => Promise<unknown>): void {
    this.#waiting.push(write);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** In order; what cannot be written waits. */
  async #write(): Promise<void> {
    const { announcer } = this.#terms;
    while (this.#waiting.length > 0) {
      const [next] = this.#waiting;
      try {
        await next?.();
        this.#waiting.shift();
        if (this.#isTroubled) announcer.recovered(WATCHING);
        this.#isTroubled = false;
      } catch (error) {
        if (!this.#isTroubled) announcer.troubled(WATCHING, error);
        this.#isTroubled = true;
        return;
      }
    }
  }
}

interface BreakerTurn {
  readonly environment: string;
  readonly model: string;
  readonly at: number;
  readonly isOpen: boolean;
}

const NONE: ReadonlyMap<string, number> = new Map();
