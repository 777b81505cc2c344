import type { GateOf } from "../domain/rollout/gates/gate-plan.ts";
import type { GateRunResult } from "../domain/rollout/gates/gate-state.ts";

/** The kinds of gates for which something runs. */
export type RunKind = "command" | "http" | "backtest";

/** A release as gates are told of it. */
export interface GatedRelease {
  readonly id: string;
  /** For people: `support-bot@7`. */
  readonly name: string;
  /** SHA-256 of its content, 64 hex digits. */
  readonly digest: string;
}

/** What a gate is asked about. */
export interface GateQuestion {
  /** The same for every try of one attempt, so that whoever is asked can tell that it knows the question. */
  readonly id: string;
  readonly rolloutId: string;
  readonly endpoint: string;
  readonly environment: string;
  readonly step: number;
  readonly candidate: GatedRelease;
  readonly stable: GatedRelease;
  /** When the attempt was asked, epoch milliseconds. */
  readonly since: number;
  /** Starts of this attempt so far: above 1 after a replica was gone before it ended. */
  readonly starts: number;
}

/** How a run ended, with what it wrote. */
export type RunEnd = Pick<GateRunResult, "standing" | "detail" | "url"> & { readonly output: string };

/** Why a run is stopped for good; one that is stopped for another reason may go on with another server. */
export const RUN_OVER = "nobody waits for it any more";

/** Runs gates of one kind. Runs to the end, or until `signal` says stop: what it resolves to then is not looked at. Never rejects. */
export interface GateRunner<K extends RunKind> {
  run(gate: GateOf<K>, question: GateQuestion, signal: AbortSignal): Promise<RunEnd>;
}

/** A runner for every kind. */
export type GateRunners = { readonly [K in RunKind]: GateRunner<K> };
