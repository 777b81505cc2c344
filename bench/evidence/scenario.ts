import type { Random } from "./random.ts";

/** A line of the report: which of the counted rates is a rollback, which a promotion. */
export interface Row {
  readonly name: string;
  /** Whether it is what the product does; everything else is there for comparison. */
  readonly isProduct: boolean;
  readonly rolledBack: string | null;
  readonly promoted: string | null;
  readonly candidateSessions: string | null;
}

/** An outcome as plain data, to be sent between threads. */
export interface OutcomeParts {
  readonly id: string;
  readonly runs: number;
  readonly rows: readonly Row[];
  readonly counts: readonly (readonly [string, number])[];
  readonly samples: readonly (readonly [string, readonly number[]])[];
}

/** What happened in the runs of one entry of the reference. */
export class Outcome {
  /** Id of the entry in the reference, where there is one. */
  readonly id: string;
  readonly runs: number;
  readonly rows: readonly Row[];
  readonly #counts = new Map<string, number>();
  readonly #samples = new Map<string, number[]>();

  constructor(id: string, runs: number, rows: readonly Row[]) {
    this.id = id;
    this.runs = runs;
    this.rows = rows;
  }

  /** Counts a run for a rate. */
  count(rate: string): void {
    this.#counts.set(rate, (this.#counts.get(rate) ?? 0) + 1);
  }

  /** Notes a value of a run, for a median. */
  note(name: string, value: number): void {
    const values = this.#samples.get(name);
    if (values === undefined) this.#samples.set(name, [value]);
    else values.push(value);
  }

  /** Runs counted for a rate. */
  counted(rate: string): number {
    return this.#counts.get(rate) ?? 0;
  }

  samples(name: string): readonly number[] {
    return this.#samples.get(name) ?? [];
  }

  parts(): OutcomeParts {
    const { id, runs, rows } = this;
    return { id, runs, rows, counts: [...this.#counts], samples: [...this.#samples] };
  }

  /** One outcome of several draws of the same entry. */
  static joined(draws: readonly OutcomeParts[]): Outcome {
    const [first] = draws;
    if (first === undefined) throw new Error("An outcome needs at least one draw.");
    const runs = draws.reduce((sum, draw) => sum + draw.runs, 0);
    const outcome = new Outcome(first.id, runs, first.rows);
    for (const { counts, samples } of draws) {
      for (const [rate, times] of counts) outcome.#counts.set(rate, outcome.counted(rate) + times);
      for (const [name, values] of samples) for (const value of values) outcome.note(name, value);
    }
    return outcome;
  }
}

/** A simulated situation with all methods that are tried on its draws. */
export interface Scenario {
  /** Seeds its stream of random numbers. */
  readonly name: string;
  /** Runs of the reference. */
  readonly fullRuns: number;
  /** Most runs of a quick look, for what takes seconds a run. */
  readonly quickRuns?: number;
  /** Runs of a quick look for each that was asked for, where a few would not tell; one unless said. */
  readonly quickTimes?: number;
  readonly simulate: (random: Random, runs: number) => readonly Outcome[];
}

/** The usual row: one method, its rollbacks and its candidate sessions. */
export const rollbackRow = (name: string, isProduct: boolean, rolledBack: string): Row => ({
  name,
  isProduct,
  rolledBack,
  promoted: null,
  candidateSessions: null,
});

/** Level of the study and its threshold on the log scale. */
export const ALPHA = 0.05;
export const LOG_THRESHOLD = Math.log(1 / ALPHA);
