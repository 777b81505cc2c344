import type { MetricName } from "../rollout/plan.ts";

/** What somebody said of a session afterwards, as one delayed metric takes it. */
export interface Signal {
  readonly metric: MetricName;
  /** The session as a unit of statistics, see `sessionUnit`. */
  readonly session: string;
  /** 1 for an event that happened, a score in [0, 1], a value. */
  readonly value: number;
  /** When it came in, epoch milliseconds. */
  readonly at: number;
}

/**
 * What became of a signal as evidence. `counted`: its session waits for it here. `handed_on`: another replica's session,
 * as far as is known here. `late`: after the metric's window. `known`: the session has had its say. `not_sampled`: the
 * plan does not have the session judged.
 */
export type SignalFate = "counted" | "handed_on" | "late" | "known" | "not_sampled";
