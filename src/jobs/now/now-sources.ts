import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Environments } from "../../gateway/gateway.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FreezeStore } from "../../ports/freeze-store.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { ReleaseStore } from "../../ports/release-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { ChangesDesk } from "./changes-desk.ts";
import type { Recoveries } from "./recoveries.ts";

/** Whether a part of our own records is in order. */
export interface TelemetryCheck {
  readonly check: "database" | "records" | "evidence" | "series" | "alerts" | "disk";
  readonly state: "ok" | "warning" | "failing" | "unknown";
  readonly detail: string;
}

/** What the view of this moment is made from. */
export interface NowSources {
  readonly environments: Environments;
  readonly series: Pick<SeriesStore, "query">;
  readonly alerts: Pick<AlertStore, "firing">;
  readonly incidents: Pick<IncidentStore, "list">;
  readonly freezes: Pick<FreezeStore, "list">;
  readonly rollouts: Pick<RolloutStore, "list">;
  readonly releases: Pick<ReleaseStore, "byId">;
  /** Whether every model of a release is configured in an environment. */
  readonly isResolvable: (release: Release, environment: string) => boolean;
  readonly calls: Pick<CallStore, "list">;
  readonly changes: ChangesDesk;
  /** Says when calls that failed were well again. */
  readonly recoveries: Pick<Recoveries, "find">;
  /** Models that are away here, with since when (epoch ms). */
  readonly away: (environment: string) => ReadonlyMap<string, number>;
  readonly rules: (environment: string) => Pick<AlertSettings, "rules" | "slos">;
  readonly telemetry: () => Promise<readonly TelemetryCheck[]>;
  /** Why the database is of no use; `null` where it is. */
  readonly trouble: () => Promise<string | null>;
  readonly clock: Clock;
}
