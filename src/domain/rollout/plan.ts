/** A gate metric by name; each is one file in `evidence/metrics/`. */
export type MetricName = "errors" | "refusals" | "invalid-output" | "latency" | "first-token" | "cost";

/** One metric of a plan, with its margins. */
export interface MetricPlan {
  readonly metric: MetricName;
  /** Tolerated ratio candidate : stable. Beyond it lies harm: 1.25 for errors, 1.10 for latency and cost. */
  readonly harmRatio: number;
  /** Ratio at which "no worse" ends: 2 for errors, 1.25 for latency, 1.20 for cost. */
  readonly noWorseRatio: number;
  /** Weight of the metric in the union that decides a rollback; the weights of a plan sum to 1. */
  readonly share: number;
  /** Whether promotion needs this metric certified as no worse. */
  readonly required: boolean;
  /** Largest cost of a session in pico-dollars that counts (cost only); more is clipped. */
  readonly capPico: number | null;
}

/** One rung of the ladder. */
export interface Step {
  /** Candidate weight in (0, 1]. 1 is the last step and means promotion. */
  readonly weight: number;
  /** Least observed time on the step, milliseconds. */
  readonly minDurationMs: number;
  /** Least number of sessions assigned on the step, both arms together. */
  readonly minSessions: number;
  /** Whether a person must agree before the next step. */
  readonly approval: boolean;
}

/** What part of a session is observed, the same for both arms. */
export interface ObservationWindow {
  /** A session is final after this many turns … */
  readonly turns: number;
  /** … or this many milliseconds after its assignment; no finished turn by then is a failure. */
  readonly withinMs: number;
}

/** A rollout's plan: frozen when the rollout starts; an edit is a new rollout with new evidence. */
export interface RolloutPlan {
  readonly strategy: "canary";
  readonly steps: readonly Step[];
  readonly metrics: readonly MetricPlan[];
  /** Level of the union that rolls back. */
  readonly alpha: number;
  /** Level of each no-worse test. */
  readonly beta: number;
  /** `observe` only records verdicts, `hold` turns harm into a hold, `enforce` rolls back. */
  readonly mode: "observe" | "hold" | "enforce";
  readonly window: ObservationWindow;
  /** What happens when `deadlineMs` passes without a verdict. */
  readonly onInconclusive: "hold" | "ask" | "promote_unproven" | "abort";
  /** Milliseconds of observed time after which the plan counts as inconclusive. */
  readonly deadlineMs: number;
  /** What a newer release does while this rollout runs. `auto`: supersede up to 5 % weight, else queue. */
  readonly onNewRelease: "auto" | "supersede" | "queue" | "reject";
  /** Milliseconds after promotion in which old pins run out before the rollout completes. */
  readonly drainMs: number;
  /** Milliseconds without any outcome after which `no_data` is held. */
  readonly noDataMs: number;
}
