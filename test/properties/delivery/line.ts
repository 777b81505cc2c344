/** What a process asks of the database, and the one thing that it does beside it. */
export type Write = "decision" | "journal" | "gate" | "release" | "channel" | "beat" | "publish";

/** How a write goes wrong: the process dies or the answer fails, before or after the effect; or one of the two takes its time. */
export type Mishap = "dies before" | "dies after" | "fails before" | "fails after" | "is slow" | "answers late";

/** A mishap that waits for its moment. */
export interface Fault {
  readonly write: Write;
  readonly mishap: Mishap;
  /** Only a decision with a fact of this type; any decision when absent. */
  readonly fact?: string;
}

const never = <T>(): Promise<T> => new Promise(() => {});

/** What is on its way between processes and the database and arrives when the test says so, in any order. */
export class Network {
  #held: (() => void)[] = [];

  get isQuiet(): boolean {
    return this.#held.length === 0;
  }

  hold(): Promise<void> {
    return new Promise((resolve) => void this.#held.push(resolve));
  }

  deliver(order: "in order" | "reversed"): void {
    const held = order === "in order" ? this.#held : this.#held.toReversed();
    this.#held = [];
    for (const arrive of held) arrive();
  }
}

/** The line between one process and the database. A dead process never hears an answer again and changes nothing. */
export class Line {
  readonly #network: Network;
  #isDead = false;
  #isCut = false;
  #faults: readonly Fault[] = [];
  /** Moments of the world at which it was last cut and mended. */
  cutSince: number | null = null;

  constructor(network: Network) {
    this.#network = network;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  kill(): void {
    this.#isDead = true;
  }

  cut(now: number): void {
    this.#isCut = true;
    this.cutSince ??= now;
  }

  mend(): void {
    this.#isCut = false;
    this.cutSince = null;
    this.#faults = [];
  }

  arm(fault: Fault): void {
    this.#faults = [...this.#faults.slice(-3), fault];
  }

  /** Asks the database for something; `facts` are the types of a decision's facts. */
  async ask<T>(write: Write, effect: () => Promise<T>, facts: readonly string[] = []): Promise<T> {
    if (this.#isDead) return never();
    if (this.#isCut) throw new Error("The database is away.");
    const mishap = this.#due(write, facts);
    if (mishap === "is slow") {
      await this.#network.hold();
      if (this.#isDead) return never();
      if (this.#isCut) throw new Error("The database is away.");
    }
    if (mishap === "dies before") return this.#die();
    if (mishap === "fails before") throw new Error("The database said no.");
    const answer = await effect();
    if (mishap === "answers late") await this.#network.hold();
    if (mishap === "dies after" || this.#isDead) return this.#die();
    if (mishap === "fails after") throw new Error("The answer of the database was lost.");
    return answer;
  }

  /** Does something in memory; whether it was done. */
  do(write: Write, effect: () => void): boolean {
    if (this.#isDead) return false;
    const mishap = this.#due(write, []);
    if (mishap === "dies before") this.kill();
    if (this.#isDead) return false;
    effect();
    if (mishap === "dies after") this.kill();
    return true;
  }

  #die<T>(): Promise<T> {
    this.kill();
    return never();
  }

  #due(write: Write, facts: readonly string[]): Mishap | null {
    const index = this.#faults.findIndex(
      (fault) => fault.write === write && (fault.fact === undefined || facts.includes(fault.fact)),
    );
    const fault = this.#faults[index];
    if (fault === undefined) return null;
    this.#faults = this.#faults.filter((_, other) => other !== index);
    return fault.mishap;
  }
}
