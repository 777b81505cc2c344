import { createRouteTable } from "../../../src/adapters/routes/route-table.ts";
import type { Key } from "../../../src/domain/access/key.ts";
import { RollwardError } from "../../../src/domain/errors.ts";
import type { Assignment } from "../../../src/domain/traffic/assignment.ts";
import type { Route } from "../../../src/domain/traffic/route.ts";
import { place } from "../../../src/gateway/place.ts";
import type { Pin } from "../../../src/ports/pins.ts";
import { frozen } from "./store.ts";

export const ENDPOINT = "support-bot";

/** How one session was served at one turn. */
export interface Served {
  readonly session: string;
  readonly arm: "stable" | "candidate";
  readonly release: string;
  readonly epoch: number;
  /** The rollout whose evidence the session is. */
  readonly rolloutId: string | null;
  /** Set at the first turn of a session that was drawn. */
  readonly assignment: Assignment | null;
}

/** A call that has begun and not ended, with what it was given. */
export interface InFlight {
  readonly route: Route;
  readonly release: string;
  readonly copy: string;
}

/** A process that serves: routes that arrive late, twice or in any order, and the pins of its sessions. */
export class Replica {
  readonly #routes = createRouteTable();
  readonly #pins = new Map<string, Pin>();
  #inbox: Route[] = [];
  #inFlight: InFlight[] = [];
  /** Alive, but slow to take up what arrives. */
  isStalled = false;
  #partitioned = false;

  get partitioned(): boolean {
    return this.#partitioned;
  }

  /** Nobody reaches it any more; what was on its way is lost. */
  cutOff(): void {
    this.#partitioned = true;
    this.#inbox = [];
  }

  /** It can be reached again, and asks where calls go before it serves on. */
  rejoin(route: Route): void {
    this.#partitioned = false;
    this.isStalled = false;
    this.push(route);
    this.deliver();
  }

  /** A route on its way; a partition swallows it. */
  push(route: Route): void {
    if (!this.#partitioned) this.#inbox.push(frozen(route));
  }

  /** What has arrived takes effect, in the order of arrival or the reverse. */
  deliver(order: "in order" | "reversed" = "in order"): void {
    if (this.isStalled) return;
    const arrived = order === "in order" ? this.#inbox : this.#inbox.toReversed();
    this.#inbox = [];
    for (const route of arrived) this.#routes.publish(route);
  }

  get route(): Route | undefined {
    return this.#routes.byChannel({ endpoint: ENDPOINT, environment: "production" });
  }

  get hasMail(): boolean {
    return this.#inbox.length > 0;
  }

  /** The fuse: no more new sessions for this candidate, before anything is written. */
  trip(rolloutId: string): void {
    this.#routes.trip(rolloutId);
  }

  get inFlight(): readonly InFlight[] {
    return this.#inFlight;
  }

  /** Ends the calls under way and returns them as they began. */
  endCalls(): readonly InFlight[] {
    const ended = this.#inFlight;
    this.#inFlight = [];
    return ended;
  }

  /** One turn of a session, placed as the gateway places it; the call stays in flight. */
  serve(session: string): Served | null {
    const { route } = this;
    if (route === undefined) return null;
    const served = this.#place(route, session);
    if (served === null) return null;
    this.#inFlight.push({ route, release: served.release, copy: JSON.stringify(route) });
    return served;
  }

  /** As the gateway places a call; `null` where the plan has ended the session. */
  #place(route: Route, session: string): Served | null {
    let assignment: Assignment | null = null;
    try {
      const { release, arm, evidenceOf } = place({
        gateway: {
          pins: {
            get: (_, unit) => this.#pins.get(unit),
            set: (_, unit, pin) => void this.#pins.set(unit, pin),
          },
          observer: { assigned: (drawn) => void (assignment = drawn) },
        },
        call: { key: KEY, arrival: {}, request: { body: {}, continues: false, variables: { plan: planOf(session) } } },
        route,
        session: { id: session, source: "header" },
        unit: session,
      });
      return { session, arm, release: release.id, epoch: route.epoch, rolloutId: evidenceOf, assignment };
    } catch (error) {
      if (error instanceof RollwardError && error.code === "session_ended") return null;
      throw error;
    }
  }
}

const KEY: Key = {
  id: "key_1",
  name: "Ada",
  scopes: ["inference"],
  endpoints: null,
  secretHash: "",
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
};

/** Every third session pays: those are whom flags are for. */
export const planOf = (session: string): "pro" | "free" => (Number(session.slice(2)) % 3 === 0 ? "pro" : "free");
