import { RELAPSE_MS } from "../incidents/follow-alerts.ts";
import type { Incident } from "../incidents/incident.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { componentStatus, maintenanceStatus, pageStatus } from "./status-page.ts";
import type {
  ComponentStatus,
  EndpointHealth,
  PageStatus,
  PlannedMaintenance,
  StatusPageSettings,
} from "./status-page.ts";

/** What the public is told of an incident: what people wrote for it, and nothing of what is inside. Times are epoch ms. */
export interface PublicIncident {
  readonly id: string;
  readonly name: string;
  readonly status: Incident["state"];
  readonly impact: Incident["impact"];
  readonly startedAt: number;
  readonly updatedAt: number;
  /** When it came to be watched; `null` where it never was. */
  readonly monitoringAt: number | null;
  readonly resolvedAt: number | null;
  /** Keys of components. */
  readonly components: readonly string[];
  /** Newest first. */
  readonly updates: readonly PublicUpdate[];
  /** Whether its calls are well and nobody said otherwise: then they alone say how its components are. */
  readonly isWell: boolean;
}

/** One update for the public. */
export interface PublicUpdate {
  readonly id: string;
  readonly status: Incident["state"];
  readonly body: string;
  readonly at: number;
}

/** Everything that the public sees. */
export interface PublicStatus {
  readonly at: number;
  readonly title: string;
  readonly url: string | null;
  readonly status: PageStatus;
  readonly components: readonly {
    readonly key: string;
    readonly name: string;
    readonly description: string | null;
    readonly status: ComponentStatus;
  }[];
  /** Those that are not over, then those of the last days, each newest first. */
  readonly open: readonly PublicIncident[];
  readonly past: readonly PublicIncident[];
  readonly maintenances: readonly (PlannedMaintenance & { readonly status: ReturnType<typeof maintenanceStatus> })[];
  /** Whether this is what was known last: what it rests on cannot be read at the moment. */
  readonly isStale: boolean;
}

const DAY_MS = 24 * 3_600_000;

/** What the page is made from. */
export interface StatusTerms {
  readonly settings: StatusPageSettings;
  readonly health: readonly EndpointHealth[];
  readonly incidents: readonly Incident[];
  readonly now: number;
}

/** The public view: names of endpoints, releases and errors stay inside. */
export function publicStatus({ settings, health, incidents, now }: StatusTerms): PublicStatus {
  const { title, url, historyDays } = settings;
  const maintenances = settings.maintenances.map((one) => ({ ...one, status: maintenanceStatus(one, now) }));
  const under = new Set(
    maintenances.flatMap(({ status, components }) =>
      status === "in_progress" || status === "verifying" ? components : [],
    ),
  );
  const told = incidents
    .filter(({ isPublic, mergedInto }) => isPublic && mergedInto === null)
    .map((incident) => publicIncident(incident, settings))
    .toSorted((one, other) => other.startedAt - one.startedAt);
  const open = told.filter(({ status }) => status !== "resolved");
  const components = settings.components.map(({ key, name, description, endpoints }) => {
    const own = health
      .filter(({ endpoint }) => endpoints.includes(endpoint))
      .map((one) => afterResolved(one, lastResolved(told, key), now));
    const said = open.filter((incident) => incident.components.includes(key)).map(saidOf);
    return { key, name, description, status: worstOf([componentStatus(own, under.has(key)), ...said]) };
  });
  return {
    at: now,
    title,
    url,
    status: pageStatus(components.map(({ status }) => status)),
    components,
    open,
    past: told.filter(
      ({ status, resolvedAt }) => status === "resolved" && (resolvedAt ?? 0) >= now - historyDays * DAY_MS,
    ),
    maintenances: maintenances.filter(({ until }) => until >= now - historyDays * DAY_MS),
    isStale: false,
  };
}

/** Calls are looked at some minutes together: so long after it was said that it is over they still show what was before, ms. */
const LAG_MS = 3 * 60_000;

const lastResolved = (told: readonly PublicIncident[], component: string): PublicIncident | undefined =>
  told
    .filter(({ components, status }) => status === "resolved" && components.includes(component))
    .toSorted((one, other) => (other.resolvedAt ?? 0) - (one.resolvedAt ?? 0))[0];

/** What was told to be over is over: what calls show of it meanwhile is its past. What begins afterwards is seen all the same. */
function afterResolved(health: EndpointHealth, resolved: PublicIncident | undefined, now: number): EndpointHealth {
  const at = resolved?.resolvedAt ?? null;
  const { standing, since = null } = health;
  if (at === null || since === null || since > at || standing === "paused") return health;
  return standing === "recovering" || now - at < LAG_MS ? { ...health, standing: "well" } : health;
}

/** What was said of the impact counts where the numbers look better. */
const SAID: Readonly<Record<Incident["impact"], ComponentStatus>> = {
  none: "operational",
  minor: "degraded_performance",
  major: "partial_outage",
  critical: "major_outage",
};

const saidOf = ({ impact, isWell }: PublicIncident): ComponentStatus => (isWell ? "operational" : SAID[impact]);

/**
 * Whether calls are well and no person said otherwise: an impact that an alert gave is not for ever, but one that a person gave
 * stays until they say another, and who tells the public later that it is not over knows more. What is told in the minutes in
 * which it gets well may have been written before.
 */
function isWell({ recovered, isImpactSaid, openedBy, updates }: Incident): boolean {
  if (recovered == null || isImpactSaid === true || openedBy.kind === "key") return false;
  return !updates.some(
    ({ at, isPublic, state }) =>
      isPublic && at > recovered.at + RELAPSE_MS && state !== "monitoring" && state !== "resolved",
  );
}

const ORDER: readonly ComponentStatus[] = [
  "major_outage",
  "partial_outage",
  "under_maintenance",
  "degraded_performance",
  "operational",
];

const worstOf = (statuses: readonly ComponentStatus[]): ComponentStatus =>
  ORDER.find((status) => statuses.includes(status)) ?? "operational";

function publicIncident(incident: Incident, { components }: StatusPageSettings): PublicIncident {
  const { id, title, state, impact, startedAt, resolvedAt, endpoints, since } = incident;
  const updates = incident.updates
    .filter(({ isPublic }) => isPublic)
    .map(({ at, state: status, body }) => ({ id: publicId(`${id} ${at}`), status, body, at }))
    .toReversed();
  // The last word must not be that it is being mended still.
  if (state === "resolved" && resolvedAt !== null && updates.length > 0 && updates[0]?.status !== "resolved") {
    updates.unshift({ id: publicId(`${id} resolved`), status: state, body: RESOLVED, at: resolvedAt });
  }
  const hit = components.filter(
    (one) => endpoints.length === 0 || one.endpoints.some((name) => endpoints.includes(name)),
  );
  const names = hit.map(({ name }) => name).join(", ");
  return {
    id: publicId(id),
    // An alert's words name what is inside: the public reads a title only where a person wrote one.
    name: incident.openedBy.kind === "key" || isRetitled(incident) ? title : `Trouble with ${names || "the service"}`,
    status: state,
    impact,
    startedAt,
    updatedAt: updates[0]?.at ?? since,
    monitoringAt: incident.updates.find(({ state: status }) => status === "monitoring")?.at ?? null,
    resolvedAt,
    components: hit.map(({ key }) => key),
    updates,
    isWell: isWell(incident),
  };
}

/** What the public reads where nobody told it in words that it is over. */
const RESOLVED = "This incident has been resolved.";

/** Whether a person gave it its title; of snapshots that do not say so, whether it is another one than its alert had. */
const isRetitled = ({ title, alerts, isRetitled: isSaid }: Incident): boolean =>
  isSaid ?? (alerts.length > 0 && alerts.every(({ summary }) => summary.slice(0, 200).toWellFormed() !== title));

/** Twelve letters that name something for the public and tell nothing else. */
export const publicId = (text: string): string => sha256Hex(`status ${text}`).slice(0, 12);
