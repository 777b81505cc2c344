import type { Release } from "../domain/release/release.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import type { EvidenceLog } from "../ports/evidence-log.ts";
import type { Ids } from "../ports/ids.ts";
import type { Pins } from "../ports/pins.ts";
import type { ReleaseStore } from "../ports/release-store.ts";
import type { VersionStore } from "../ports/version-store.ts";
import type { RolloutStore } from "../ports/rollout-store.ts";
import type { ChannelRoutes, RoutePublisher } from "../ports/routes.ts";
import type { ShadowReadings } from "../ports/shadow-readings.ts";
import type { Gating } from "./gates/gating.ts";
import type { Observatory } from "./observatory.ts";
import type { Replicas } from "./replicas.ts";
import type { OwedWithdrawals } from "./owed-withdrawals.ts";
import type { Troubles } from "./troubles.ts";

/** Everything a release's way is plugged into. */
export interface Delivery {
  readonly clock: Clock;
  /** Program and machine that compute evidence, as it stands with every reading. */
  readonly engine: string;
  readonly ids: Ids;
  readonly releases: ReleaseStore;
  readonly rollouts: RolloutStore;
  /** Notes where releases come from; absent where nobody asks. */
  readonly versions?: Pick<VersionStore, "note">;
  readonly journal: EvidenceJournal;
  readonly log: EvidenceLog;
  /** Where the sessions of an environment have been served. */
  pinsOf(environment: string): Pins;
  readonly routes: ChannelRoutes & RoutePublisher;
  readonly announcer: Announcer;
  readonly observatory: Observatory;
  readonly troubles: Troubles;
  /** The conductor records them as soon as the store answers. */
  readonly owed: OwedWithdrawals;
  /** What is known of the other replicas. */
  readonly replicas: Replicas;
  /** What the copies of shadow stages show; absent where none are made. */
  readonly shadows?: ShadowReadings;
  /** `null` where nothing is gated and nobody told: in rehearsals. */
  readonly gating: Gating | null;
  /** Whether every model of the release is configured in an environment of this server. */
  isResolvable(release: Release, environment: string): boolean;
}
