import type { Incident } from "../../domain/incidents/incident.ts";
import { isBudgetOutage } from "../../domain/now/over-budget.ts";
import { publicStatus } from "../../domain/status/public-status.ts";
import type { PublicStatus } from "../../domain/status/public-status.ts";
import type { EndpointHealth, StatusPageSettings } from "../../domain/status/status-page.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { NowDesk } from "../now/now-desk.ts";

/** What the public page is made from. */
export interface StatusSources {
  readonly now: Pick<NowDesk, "view">;
  readonly incidents: Pick<IncidentStore, "list">;
  /** The page of the server's own environment; `null` where nothing is shown. */
  readonly settings: () => StatusPageSettings | null;
  readonly environment: () => string;
  readonly clock: Clock;
}

/** The public sees what was so at most so many ms ago; however many ask, the database is asked once. */
const KEPT_MS = 10_000;
/** Longest that anybody waits for a new state, ms; then they get the last one. */
const WAIT_MS = 2_000;
const MOST_INCIDENTS = 100;
const DAY_MS = 24 * 3_600_000;

interface Made {
  readonly settings: StatusPageSettings;
  readonly at: number;
  readonly status: PublicStatus;
}

/** The state that the public sees, from memory: bounded work however many ask, and the last state while the database is away. */
export class StatusBoard {
  readonly #sources: StatusSources;
  #made: Made | null = null;
  #making: Promise<PublicStatus> | null = null;
  #known: { readonly health: readonly EndpointHealth[]; readonly incidents: readonly Incident[] } | null = null;

  constructor(sources: StatusSources) {
    this.#sources = sources;
  }

  /** The present state; `null` where no page is configured. Never rejects. */
  async status(): Promise<PublicStatus | null> {
    const settings = this.#sources.settings();
    if (settings === null) return null;
    const made = this.#made;
    const isSame = made !== null && made.settings === settings;
    if (isSame && this.#sources.clock.elapsed() - made.at < KEPT_MS) return made.status;
    this.#making ??= this.#make(settings).finally(() => {
      this.#making = null;
    });
    return isSame ? this.#orLast(this.#making, made.status) : this.#making;
  }

  /** Who asks while the database takes its time is not kept waiting. */
  #orLast(making: Promise<PublicStatus>, last: PublicStatus): Promise<PublicStatus> {
    const late = Promise.withResolvers<PublicStatus>();
    const cancel = this.#sources.clock.after(WAIT_MS, () => late.resolve({ ...last, isStale: true }));
    return Promise.race([making, late.promise]).finally(cancel);
  }

  async #make(settings: StatusPageSettings): Promise<PublicStatus> {
    const { clock, incidents, environment } = this.#sources;
    const now = clock.now();
    let isStale = false;
    try {
      const found = await incidents.list({
        environment: environment(),
        since: now - settings.historyDays * DAY_MS,
        limit: MOST_INCIDENTS,
      });
      const view = await this.#sources.now.view({ environment: environment(), endpoint: null });
      isStale = view.facts.database !== null;
      if (!isStale) this.#known = { health: healthOf(view.facts), incidents: found };
    } catch {
      isStale = true;
    }
    const known = this.#known ?? { health: [], incidents: [] };
    const status = { ...publicStatus({ settings, ...known, now }), isStale };
    this.#made = { settings, at: clock.elapsed(), status };
    return status;
  }
}

/** What of the inside the public is told: how each endpoint's calls go, and whether they are let in. */
function healthOf({ endpoints, pauses }: Awaited<ReturnType<NowDesk["view"]>>["facts"]): readonly EndpointHealth[] {
  const isAllPaused = pauses.some(({ isAll }) => isAll);
  return endpoints.map((own) => {
    const { endpoint, errors, served } = own;
    const isPaused = isAllPaused || pauses.some((pause) => pause.endpoint === endpoint);
    return {
      endpoint,
      standing: isPaused || isBudgetOutage(own) ? "paused" : errors.standing,
      since: errors.since,
      fallbackShare: served.calls === 0 ? 0 : served.fallback / served.calls,
    };
  });
}
