import type { Observation } from "../observation.ts";
import type { Rollout } from "../rollout.ts";
import type { GateKind, GateOf } from "./gate-plan.ts";
import type { GateStanding, GateState } from "./gate-state.ts";

/** What a gate depends on. */
export interface GateContext {
  readonly rollout: Rollout;
  readonly observation: Observation;
  /** How it stands by the log; `null` when it was not asked yet. */
  readonly state: GateState | null;
}

/** How a gate stands now, with what it waits for or why it ended so. */
export interface GateLook {
  readonly standing: GateStanding;
  readonly detail: string;
  readonly url: string | null;
}

/** One kind of gate. */
export interface GateRule<K extends GateKind> {
  /**
   * Whether it is a condition of the moment: looked at until the very decision that it stands before, and only then
   * written down. Others are asked once, and their answer stays.
   */
  readonly isLive: boolean;
  /** Whether something outside of the machine runs for it. */
  readonly runs: boolean;
  look(gate: GateOf<K>, context: GateContext): GateLook;
}

/** It waits. */
export const waiting = (detail: string): GateLook => ({ standing: "waiting", detail, url: null });

/** It passed. */
export const passed = (detail: string): GateLook => ({ standing: "passed", detail, url: null });
