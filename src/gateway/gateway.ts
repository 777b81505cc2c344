import type { Clock } from "../ports/clock.ts";
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

/** The part of the configuration that the request's way reads: immutable, swapped whole. */
export interface GatewaySettings {
  readonly environment: string;
  readonly providers: ReadonlyMap<string, Provider>;
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
  /** The settings in force; read once per call. */
  settings(): GatewaySettings;
  /** Calls in flight. `admit` counts up, `settle` counts down. */
  readonly load: { inFlight: number };
}
