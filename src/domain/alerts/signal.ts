/**
 * What rules watch. Signals of calls are read from the stored tallies of calls, so that the past can be asked as well;
 * all others are sighted at this moment by each server and known for the present only.
 */
export type SignalName = CallSignalName | SightedSignalName;

/** Signals of calls, by endpoint. */
export type CallSignalName =
  /** Share of calls that failed; `code` narrows it to one error. */
  | "error-share"
  /** Share of calls that the model refused to answer. */
  | "refusal-share"
  /** Share of calls that a budget or limit refused which all callers of the endpoint share. */
  | "over-limit-share"
  /** Time to the end of the answer at a quantile, ms. */
  | "latency"
  /** Time to the first token at a quantile, ms. */
  | "first-token"
  /** Pico-dollars a minute. */
  | "cost-per-minute"
  | "calls-per-minute"
  /** Mean score of judges and graders, in [0, 1]. */
  | "quality"
  /** Mean of what users reported, in [0, 1]. */
  | "feedback"
  /** Share of calls beyond a service level; see `SloIndicator`. */
  | "slo";

/** Signals that are sighted. */
export type SightedSignalName =
  /** Age of the oldest call that waits for room, ms. */
  | "queue-age"
  | "queue-depth"
  /** Facts and bodies of calls that were dropped within the window, since nothing could be written. */
  | "drops"
  /** Share of a budget that is spent; by budget. */
  | "budget-share"
  /** What the window of a budget is forecast to come to, as a share of its amount; by budget. */
  | "budget-forecast"
  /** 1 while the present or last hour of a user is too dear against the same hour of previous days; by user. */
  | "user-too-dear"
  /** The same of a tenant; by tenant. */
  | "tenant-too-dear"
  /** 1 while a model's circuit is open; by provider and model. */
  | "provider-trouble"
  /** 1 while a rollout holds, with its reasons; by endpoint. */
  | "rollout-held"
  /** 1 for an hour after a rollout was rolled back; by endpoint. */
  | "rollout-rolled-back"
  /** 1 while a rule or a person has stopped calls; by subject. */
  | "paused"
  /** 1 while writing of calls, evidence or numbers is troubled, or the database is away. */
  | "telemetry-trouble"
  /** 1 while another system says so: what was sent to the address for outside alerts. */
  | "outside";

/** A signal as a rule asks for it. */
export interface Signal {
  readonly name: SignalName;
  /** How much of the past it looks at, ms. Sighted signals use it only where they count something. */
  readonly windowMs: number;
  /** For latencies: in (0, 1). */
  readonly quantile?: number;
  /** For `error-share`: only this code. */
  readonly code?: string;
  /** Only this arm of rollouts; absent is all arms together. */
  readonly arm?: "stable" | "candidate";
}

/** What a signal was for one subject. */
export interface AlertReading {
  /** In the signal's unit; `null`: nothing to say. */
  readonly value: number | null;
  /** Calls, or judged answers, that it rests on; 1 for what is sighted. */
  readonly count: number;
  /** What it was compared with: the bound, or the median of the baseline. */
  readonly bound: number;
  /** Of a budget that burns: how fast in the short window. */
  readonly short?: number;
  /** Further numbers or a reason in words, for people; bounded to 300 characters. */
  readonly note?: string;
  /** The worst value since it began to fire, and when that was (epoch ms); absent where there is none yet. */
  readonly worst?: { readonly value: number; readonly at: number };
}
