import type { Release } from "../domain/release/release.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import type { EvidenceLog } from "../ports/evidence-log.ts";
import type { Ids } from "../ports/ids.ts";
import type { Pins } from "../ports/pins.ts";
import type { ReleaseStore } from "../ports/release-store.ts";
import type { RolloutStore } from "../ports/rollout-store.ts";
import type { RoutePublisher, Routes } from "../ports/routes.ts";
import type { Observatory } from "./observatory.ts";
import type { Replicas } from "./replicas.ts";
import type { OwedWithdrawals } from "./owed-withdrawals.ts";
import type { Troubles } from "./troubles.ts";

/** Everything a release's way is plugged into. */
export interface Delivery {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly releases: ReleaseStore;
  readonly rollouts: RolloutStore;
  readonly journal: EvidenceJournal;
  readonly log: EvidenceLog;
  readonly pins: Pins;
  readonly routes: Routes & RoutePublisher;
  readonly announcer: Announcer;
  readonly observatory: Observatory;
  readonly troubles: Troubles;
  /** The conductor records them as soon as the store answers. */
  readonly owed: OwedWithdrawals;
  /** What is known of the other replicas. */
  readonly replicas: Replicas;
  /** Whether every model of the release is configured here. */
  isResolvable(release: Release): boolean;
}
