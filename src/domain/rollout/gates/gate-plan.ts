import type { MetricName } from "../plan.ts";
import type { TimeWindow } from "./time-window.ts";

/** When a gate must be clear: each is asked once its rollout has come to this point and nothing else is in the way. */
export type GatePoint = "before_start" | "before_step" | "before_promotion" | "after_switch";

/** What all gates have in common. */
interface GateTerms {
  /** Unique in its plan. */
  readonly name: string;
  readonly at: GatePoint;
  /** `before_step` only: the weight of the step that it stands before; absent is every step after the first. */
  readonly weight?: number;
  /** What a failed or expired gate does to a rollout that serves sessions; before the start `hold` keeps it waiting. */
  readonly onFailure: "hold" | "abort";
  /** Milliseconds from the moment in which it was asked until it counts as expired; `null` is never. */
  readonly timeoutMs: number | null;
}

/** A program of the operator's directory; its exit code decides: 0 passes. */
export interface CommandGate extends GateTerms {
  readonly kind: "command";
  /** File name in the directory that the server was started with; never a path. */
  readonly program: string;
  readonly args: readonly string[];
}

/** A web server that is asked, signed, until it says whether the gate passed. */
export interface HttpGate extends GateTerms {
  readonly kind: "http";
  readonly url: string;
  /** Environment variable with the secret that signs the question. */
  readonly secretEnv: string;
  /** Milliseconds between two questions while it says that it still runs. */
  readonly everyMs: number;
  readonly allowPrivate: boolean;
}

/** Recorded sessions replayed against the candidate. */
export interface BacktestGate extends GateTerms {
  readonly kind: "backtest";
  /** Sessions that began within this time, milliseconds. */
  readonly callsWithinMs: number;
  readonly sample: number;
  /** Most that it may cost, pico-dollars; `null` is what it can cost at most. */
  readonly budgetPico: number | null;
  /** Whether an inconclusive comparison passes; harm never does. */
  readonly needsProof: boolean;
}

/** Metrics of the plan that must be proven no worse by then. */
export interface EvidenceGate extends GateTerms {
  readonly kind: "evidence";
  readonly metrics: readonly MetricName[];
}

/** People who must agree. Asked when every other gate of its point is clear. */
export interface ApprovalGate extends GateTerms {
  readonly kind: "approval";
  /** An approver's key has one of these; empty is any admin key. */
  readonly roles: readonly string[];
  /** How many different keys must agree. */
  readonly count: number;
  /** Whether the author of the release and who opened the rollout are excluded. */
  readonly fourEyes: boolean;
}

/** Least observed time: on the step that is left, or since the switch for `after_switch`. */
export interface SoakGate extends GateTerms {
  readonly kind: "soak";
  readonly forMs: number;
}

/** Open within its windows only; unlike the others it is never clear for good. */
export interface ScheduleGate extends GateTerms {
  readonly kind: "schedule";
  /** IANA name of the time zone in which the windows are written. */
  readonly zone: string;
  readonly windows: readonly TimeWindow[];
}

/** Another endpoint of the same environment must have come first. */
export interface DependencyGate extends GateTerms {
  readonly kind: "depends_on";
  readonly endpoint: string;
  /** Number of the release that must be stable there, or a later one; `null`: its newest rollout must be promoted. */
  readonly release: number | null;
}

/** Somebody says that it passed, or that it failed. */
export interface ManualGate extends GateTerms {
  readonly kind: "manual";
}

/** One gate of a plan. Each kind is one file in this folder; those that run something have a runner in `adapters/gates/` too. */
export type GatePlan =
  | CommandGate
  | HttpGate
  | BacktestGate
  | EvidenceGate
  | ApprovalGate
  | SoakGate
  | ScheduleGate
  | DependencyGate
  | ManualGate;

export type GateKind = GatePlan["kind"];

/** A gate of one kind. */
export type GateOf<K extends GateKind> = Extract<GatePlan, { readonly kind: K }>;
