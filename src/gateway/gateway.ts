import type { BalanceStrategy } from "../domain/health/balance.ts";
import type { HealthBoard } from "../domain/health/target-health.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Dialect, DialectName } from "../ports/dialect.ts";
import type { Ids } from "../ports/ids.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { CallRecorder } from "../ports/call-recorder.ts";
import type { Pins } from "../ports/pins.ts";
import type { Provider } from "../ports/provider.ts";
import type { Routes } from "../ports/routes.ts";
import type { SessionObserver } from "../ports/session-observer.ts";
import type { SessionSource } from "../domain/traffic/assignment.ts";

/** Bounds of the gateway. */
export interface GatewayLimits {
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
  /** Largest answer kept or delivered whole, bytes. */
  readonly answerBytes: number;
  /** Calls in flight; one more is refused. */
  readonly inFlight: number;
}

/** Several providers that serve the same models under the same ids. */
export interface Pool {
  readonly balance: BalanceStrategy;
  /** Names of providers with their weights. */
  readonly members: ReadonlyMap<string, number>;
  readonly models: readonly string[];
}

/** The part of the configuration that the request's way reads: immutable, swapped whole. */
export interface GatewaySettings {
  readonly environment: string;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Names that stand for several providers. */
  readonly pools: ReadonlyMap<string, Pool>;
  /** Version of the price table, recorded with every cost. */
  readonly priceVersion: string;
  readonly limits: GatewayLimits;
  /** Where each endpoint looks for a session's identity, in order. */
  readonly sessions: ReadonlyMap<string, readonly SessionSource[]>;
}

/** Everything a request's way is plugged into. */
export interface Gateway {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: KeyRing;
  readonly routes: Routes;
  readonly pins: Pins;
  readonly observer: SessionObserver;
  readonly recorder: CallRecorder;
  /** Hears of faults of ours inside a call. */
  readonly announcer: Announcer;
  /** Every dialect that a provider may be asked in. */
  readonly dialects: ReadonlyMap<DialectName, Dialect>;
  /** What is known of the targets' health. */
  readonly health: HealthBoard;
  /** A draw in [0, 1), for spreading load and waits. */
  random(): number;
  /** The settings in force; read once per call. */
  settings(): GatewaySettings;
  /** Calls in flight. `admit` counts up, `settle` counts down. */
  readonly load: { inFlight: number };
}
