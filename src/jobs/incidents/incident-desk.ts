import { RollwardError } from "../../domain/errors.ts";
import type { Incident, IncidentEvent, IncidentFact } from "../../domain/incidents/incident.ts";
import { reduceIncident } from "../../domain/incidents/reduce-incident.ts";
import type { Actor } from "../../domain/rollout/rollout.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Ids } from "../../ports/ids.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";

/** What changing incidents needs. */
export interface IncidentDeskTerms {
  readonly incidents: IncidentStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Which incident, in which environment, and who. */
export interface IncidentWish {
  readonly id: string;
  readonly environment: string;
  readonly actor: Actor;
}

/** Races that are lost before a change is given up. */
const TRIES = 10;

/** Opens and changes incidents: every change is an event, written by compare-and-set. */
export class IncidentDesk {
  readonly #terms: IncidentDeskTerms;

  constructor(terms: IncidentDeskTerms) {
    this.#terms = terms;
  }

  /** Opens one. `null` where one of its alerts belongs to another one by now. */
  async open(fact: Extract<IncidentFact, { readonly type: "Opened" }>, actor: Actor): Promise<Incident | null> {
    const { incidents, ids } = this.#terms;
    const id = ids.next("inc");
    const event = this.#event({ id, seq: 1, fact, actor });
    const incident = reduceIncident(null, event);
    const written = await incidents.append({ events: [event], incident, alerts: fact.alerts.map(({ key }) => key) });
    return written === "appended" ? incident : null;
  }

  /**
   * Changes one by what `decide` makes of it; nothing to change is no change. Throws `incident_not_found` outside of its
   * environment, and `incident_conflict` for one that was merged.
   */
  async change(wish: IncidentWish, decide: (incident: Incident) => readonly IncidentFact[]): Promise<Incident> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const incident = await this.find(wish);
      if (incident.mergedInto !== null) {
        throw new RollwardError("incident_conflict", {
          incident: incident.id,
          reason: `it was merged into ${incident.mergedInto}`,
        });
      }
      const changed = await this.append(incident, decide(incident), wish.actor);
      if (changed !== null) return changed;
    }
    throw new RollwardError("incident_conflict", { incident: wish.id, reason: "others go on changing it" });
  }

  /** Appends facts to an incident as it was read; `null` where somebody was faster. */
  async append(incident: Incident, facts: readonly IncidentFact[], actor: Actor): Promise<Incident | null> {
    if (facts.length === 0) return incident;
    const events: IncidentEvent[] = [];
    let after = incident;
    for (const fact of facts) {
      const event = this.#event({ id: incident.id, seq: after.seq + 1, fact, actor });
      events.push(event);
      after = reduceIncident(after, event);
    }
    const alerts = facts.flatMap((fact) => (fact.type === "AlertJoined" ? [fact.alert.key] : []));
    const written = await this.#terms.incidents.append({ events, incident: after, alerts });
    return written === "appended" ? after : null;
  }

  /** An incident of an environment. Throws `incident_not_found`. */
  async find({ id, environment }: Pick<IncidentWish, "id" | "environment">): Promise<Incident> {
    const incident = await this.#terms.incidents.byId(id);
    if (incident === null || incident.environment !== environment) {
      throw new RollwardError("incident_not_found", { incident: id });
    }
    return incident;
  }

  /** Merges one into another, which takes over all it has. Told twice it is done once. */
  async merge(wish: IncidentWish, into: string): Promise<Incident> {
    if (wish.id === into) {
      throw new RollwardError("incident_conflict", { incident: into, reason: "it cannot be merged into itself" });
    }
    const from = await this.find(wish);
    if (from.mergedInto !== null && from.mergedInto !== into) {
      const reason = `it was merged into ${from.mergedInto}`;
      throw new RollwardError("incident_conflict", { incident: from.id, reason });
    }
    const { id: incident, alerts, endpoints, notes, startedAt } = from;
    // The other one comes first: what happens between the two is repeated by whoever says it again.
    const target = await this.change({ ...wish, id: into }, ({ merged }) =>
      merged.includes(incident) ? [] : [{ type: "TookOver", incident, alerts, endpoints, notes, startedAt }],
    );
    if (from.mergedInto === null) await this.change(wish, () => [{ type: "MergedInto", into }]);
    return target;
  }

  #event({
    id,
    seq,
    fact,
    actor,
  }: {
    readonly id: string;
    readonly seq: number;
    readonly fact: IncidentFact;
    readonly actor: Actor;
  }): IncidentEvent {
    return { incidentId: id, seq, at: this.#terms.clock.now(), actor, fact };
  }
}
