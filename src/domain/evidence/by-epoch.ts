/** What a row is filed under: the epoch and the candidate weight in force when its sessions were assigned. */
export interface EpochRow {
  readonly epoch: number;
  readonly weight: number;
}

/**
 * One row of counts per epoch, in canonical order: by epoch, then weight. Rows added up over replicas give
 * the same sums, in the same order, whoever came first.
 */
export class ByEpoch<Row extends EpochRow> {
  readonly #create: (epoch: number, weight: number) => Row;
  readonly #rows: Row[] = [];
  #latest: Row | null = null;

  constructor(create: (epoch: number, weight: number) => Row) {
    this.#create = create;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** The row of an epoch, made when it is new. Nearly always the one asked for last. */
  row(epoch: number, weight: number): Row {
    const latest = this.#latest;
    if (latest !== null && latest.epoch === epoch && latest.weight === weight) return latest;
    const row =
      this.#rows.find((known) => known.epoch === epoch && known.weight === weight) ?? this.#insert(epoch, weight);
    this.#latest = row;
    return row;
  }

  #insert(epoch: number, weight: number): Row {
    const row = this.#create(epoch, weight);
    this.#rows.push(row);
    this.#rows.sort((a, b) => a.epoch - b.epoch || a.weight - b.weight);
    return row;
  }
}
