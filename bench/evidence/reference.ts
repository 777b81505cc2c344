import { readFileSync } from "node:fs";

/** A figure of the reference study, pooled over its draws. */
interface PooledRate {
  readonly pooled: number;
}

interface PooledMedian {
  readonly pooled: number;
  readonly relativeTolerance: number;
}

/** One method in one scenario of the reference study. */
export interface ReferenceEntry {
  readonly id: string;
  readonly runsPerSeed: number;
  readonly seeds: number;
  readonly rates?: Readonly<Record<string, PooledRate>>;
  readonly medians?: Readonly<Record<string, PooledMedian>>;
}

/** The reference study: figures to reproduce, and the rates that must stay below 5 %. */
export interface ReferenceStudy {
  readonly entries: readonly ReferenceEntry[];
  readonly validityGates: readonly { readonly id: string; readonly rate: string }[];
}

/** Reads the study that stands with the oracles. */
export function loadReference(): ReferenceStudy {
  const file = new URL("../../test/fixtures/oracles/delivery.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly monteCarlo: ReferenceStudy }).monteCarlo;
}
