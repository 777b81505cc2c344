import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";

/** Something that one of the replicas does again and again. */
export interface Round {
  /** What it is, for the log: "sending reports". */
  readonly what: string;
  /** Pause between the end of one look and the next, ms. */
  readonly everyMs: number;
  readonly look: () => Promise<void>;
}

/** What rounds need. */
export interface RoundTerms {
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** One replica looks; two that do must do no harm. */
  readonly isLeader: () => boolean;
}

/** Looks again and again while this replica leads. Trouble is told once, and once when it is over. */
export class LeaderRounds {
  readonly #round: Round;
  readonly #terms: RoundTerms;
  #cancel: () => void = () => {};
  #isStopped = true;
  #isTroubled = false;

  constructor(round: Round, terms: RoundTerms) {
    this.#round = round;
    this.#terms = terms;
  }

  start(): void {
    this.#isStopped = false;
    this.#cancel = this.#terms.clock.after(this.#round.everyMs, () => {
      void this.#turn().finally(() => {
        if (!this.#isStopped) this.start();
      });
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  async #turn(): Promise<void> {
    const { announcer, isLeader } = this.#terms;
    const { what, look } = this.#round;
    try {
      if (isLeader()) await look();
      if (this.#isTroubled) announcer.recovered(what);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(what, error);
      this.#isTroubled = true;
    }
  }
}
