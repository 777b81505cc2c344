import type { AbReading } from "../evidence/ab-evidence.ts";
import type { Reading } from "../evidence/evidence.ts";
import type { EvidenceCut } from "../evidence/evidence-cut.ts";
import type { GateSights } from "./gates/gate-sights.ts";
import type { TriggerFiring } from "./trigger-plan.ts";
import type { ShadowReading } from "../evidence/shadow-reading.ts";

/** What one look at a rollout saw. */
export interface Observation {
  /**
   * Observed time that is not in the log yet, milliseconds: outages are not in it (the caller caps each
   * look). The caller adds up its looks until a decision carries a `TimeObserved`, then begins again at 0.
   */
  readonly observedMs: number;
  /**
   * `union.crossed` means ever, not now: harm that was proven once stays proven. The caller latches it. Only where failures
   * of providers are told apart `union` is as it stands, `itself` means ever, and `providerFault` has the proof.
   */
  readonly reading: Reading;
  readonly evidenceHash: string;
  /** What of the journals the reading rests on; absent where that is not known. */
  readonly cut?: EvidenceCut;
  /** Sessions assigned on the present step, both arms. */
  readonly stepSessions: number;
  /** Milliseconds since the last final outcome or the step began. */
  readonly quietMs: number;
  /** Every live replica serves `rollout.epoch`. */
  readonly routesAcked: boolean;
  readonly frozen: boolean;
  /** The candidate's model and tools can still be reached. */
  readonly candidateResolvable: boolean;
  /** The stable arm still answers (not failing altogether). */
  readonly controlHealthy: boolean;
  /** The epoch to use if this decision changes routing. */
  readonly nextEpoch: number;
  /** The channel's stable release id now. */
  readonly channelStable: string;
  /** No other rollout of the channel has started and not ended. */
  readonly channelFree: boolean;
  /** What the copies of a shadow stage show; absent while there is none. */
  readonly shadow?: ShadowReading;
  /** The goal of an A/B test; absent for every other strategy. */
  readonly ab?: AbReading;
  /** Whether sessions may go on with the other release in mid-conversation; absent is yes. */
  readonly compatible?: boolean;
  /** What gates have to know of the world; absent where the plan has none. */
  readonly gates?: GateSights;
  /** The first classic trigger that is above its threshold; absent is none. */
  readonly firing?: TriggerFiring;
  /** How failures of providers bear on the harm; absent where they count as the release's own. */
  readonly providerFault?: ProviderFaultSight;
}

/** Whether harm rests on failures of a provider that only one arm asks. */
export interface ProviderFaultSight {
  /** The releases themselves are not proven harmful: without failures of providers there is no crossing. */
  readonly isOnlyProviders: boolean;
  /** The candidate's provider fails more than stable's by what was seen lately. */
  readonly isFailingNow: boolean;
  /** What that harm was proven on, at the moment in which it was; absent where nothing is. */
  readonly proof?: Pick<Observation, "reading" | "evidenceHash" | "cut">;
}
