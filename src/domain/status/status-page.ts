/** A part of the service as the public knows it. */
export interface StatusComponent {
  /** Key in rollward.yaml; part of the component's id. */
  readonly key: string;
  readonly name: string;
  readonly description: string | null;
  /** Endpoints that it stands on. */
  readonly endpoints: readonly string[];
}

/** Work that is announced. Times are epoch milliseconds. */
export interface PlannedMaintenance {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly from: number;
  readonly until: number;
  /** Keys of components. */
  readonly components: readonly string[];
  readonly impact: "none" | "minor" | "major" | "critical";
}

/** What the public is shown. */
export interface StatusPageSettings {
  readonly title: string;
  /** Where the page is, for links; `null` where it does not say. */
  readonly url: string | null;
  readonly components: readonly StatusComponent[];
  readonly maintenances: readonly PlannedMaintenance[];
  /** Days for which incidents that are over are shown. */
  readonly historyDays: number;
}

/** How a component is, in the words of Statuspage. */
export type ComponentStatus =
  | "operational"
  | "degraded_performance"
  | "partial_outage"
  | "major_outage"
  | "under_maintenance";

/** Component states, the worst first. */
const COMPONENT_ORDER = [
  "major_outage",
  "partial_outage",
  "degraded_performance",
  "under_maintenance",
  "operational",
] as const satisfies readonly ComponentStatus[];

/** How an endpoint is doing, as far as the public is concerned. */
export interface EndpointHealth {
  readonly endpoint: string;
  /** `failing`: at least half of the calls fail; `degraded`: too many do; `paused`: none is let in. */
  readonly standing: "well" | "quiet" | "degraded" | "failing" | "recovering" | "paused";
  /** Since when its calls fail, epoch ms; absent and `null` where they do not. */
  readonly since?: number | null;
  /** Share of its calls that a fallback answers, in [0, 1]. */
  readonly fallbackShare: number;
}

/** From this share on answers are degraded, not down. */
const DEGRADED_SHARE = 0.5;

/** How a component is: the worst of its endpoints; maintenance where that is announced and nothing is worse. */
export function componentStatus(health: readonly EndpointHealth[], isInMaintenance: boolean): ComponentStatus {
  const down = health.filter(({ standing }) => standing === "failing" || standing === "paused").length;
  const isAllDown = down > 0 && down === health.length;
  const isDegraded = health.some(
    ({ standing, fallbackShare }) =>
      standing === "degraded" || standing === "recovering" || fallbackShare >= DEGRADED_SHARE,
  );
  const worst: ComponentStatus = isAllDown
    ? "major_outage"
    : down > 0
      ? "partial_outage"
      : isDegraded
        ? "degraded_performance"
        : "operational";
  if (isInMaintenance && worst !== "major_outage") return "under_maintenance";
  return worst;
}

/** How the whole is, in the words of Statuspage. */
export interface PageStatus {
  readonly indicator: "none" | "minor" | "major" | "critical" | "maintenance";
  readonly description: string;
}

/** The whole by its components. */
export function pageStatus(components: readonly ComponentStatus[]): PageStatus {
  const worst = COMPONENT_ORDER.find((status) => components.includes(status)) ?? "operational";
  switch (worst) {
    case "operational":
      return { indicator: "none", description: "All Systems Operational" };
    case "under_maintenance":
      return { indicator: "maintenance", description: "Service Under Maintenance" };
    case "degraded_performance":
      return { indicator: "minor", description: "Partially Degraded Service" };
    case "partial_outage":
      return { indicator: "major", description: "Partial System Outage" };
    default:
      return components.every((status) => status === worst)
        ? { indicator: "critical", description: "Major Service Outage" }
        : { indicator: "major", description: "Partial System Outage" };
  }
}

/** Where an announced work is. The last tenth of its time, ten minutes at most, looks whether all is well. */
export function maintenanceStatus(
  { from, until }: Pick<PlannedMaintenance, "from" | "until">,
  now: number,
): "scheduled" | "in_progress" | "verifying" | "completed" {
  if (now < from) return "scheduled";
  if (now >= until) return "completed";
  const verifyingMs = Math.min(10 * 60_000, (until - from) / 10);
  return now >= until - verifyingMs ? "verifying" : "in_progress";
}
