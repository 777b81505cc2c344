import { createMemoryPins } from "../../../src/adapters/pins/memory-pins.ts";
import { createJournalWriter } from "../../../src/adapters/recorders/journal-writer.ts";
import { createRouteTable } from "../../../src/adapters/routes/route-table.ts";
import { Conductor } from "../../../src/delivery/conductor.ts";
import type { Delivery } from "../../../src/delivery/delivery.ts";
import { Gatekeeper } from "../../../src/delivery/gates/gatekeeper.ts";
import { Observatory } from "../../../src/delivery/observatory.ts";
import { OwedWithdrawals } from "../../../src/delivery/owed-withdrawals.ts";
import { Replicas } from "../../../src/delivery/replicas.ts";
import { Troubles } from "../../../src/delivery/troubles.ts";
import type { Assignment } from "../../../src/domain/traffic/assignment.ts";
import type { Route } from "../../../src/domain/traffic/route.ts";
import { assign } from "../../../src/gateway/assign.ts";
import type { Gateway } from "../../../src/gateway/gateway.ts";
import type { OpenCall, Placement } from "../../../src/gateway/open-call.ts";
import type { Announcer } from "../../../src/ports/announcer.ts";
import type { GateRunners, RunEnd } from "../../../src/ports/gate-runner.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { WithdrawalNote, WithdrawalNotes } from "../../../src/ports/withdrawal-notes.ts";
import type { Line } from "./line.ts";
import { throughLine } from "./shared-stores.ts";
import type { SharedStores } from "./shared-stores.ts";

export const ENDPOINT = "support-bot";
export const ENVIRONMENT = "production";
export const CHANNEL = { endpoint: ENDPOINT, environment: ENVIRONMENT } as const;

/** A call that has begun and not ended, with what it was given. */
export interface InFlight {
  readonly placement: Placement;
  readonly copy: string;
}

/** Hears of trouble in the background; nobody else has to. */
const hearing = (troubled: Announcer["troubled"]): Announcer => ({ decided() {}, troubled, recovered() {} });

/** What a file beside the process keeps; the next process on the same disk reads it. */
export class Notes implements WithdrawalNotes {
  #kept: readonly WithdrawalNote[] = [];

  read(): readonly WithdrawalNote[] {
    return this.#kept;
  }

  keep(notes: readonly WithdrawalNote[]): void {
    this.#kept = notes;
  }
}

/** What a replica is put into. */
export interface ReplicaTerms {
  readonly replicaId: string;
  readonly clock: Clock;
  readonly line: Line;
  readonly stores: SharedStores;
  readonly notes: Notes;
  readonly ids: Delivery["ids"];
  readonly isResolvable: Delivery["isResolvable"];
  readonly troubled: Announcer["troubled"];
  /** How the programs of gates end. */
  readonly runGate: () => RunEnd;
}

/** One running process: the shipped delivery and the shipped assignment, on a line that can fail. */
export class Replica {
  readonly line: Line;
  readonly delivery: Delivery;
  readonly conductor: Conductor;
  readonly replicaId: string;
  #inFlight: readonly InFlight[] = [];
  #calls = 0;
  #drawn = 0;

  constructor(terms: ReplicaTerms) {
    this.line = terms.line;
    this.replicaId = terms.replicaId;
    this.delivery = deliveryOf(terms);
    this.conductor = new Conductor(this.delivery);
  }

  get isAlive(): boolean {
    return !this.line.isDead;
  }

  get route(): Route | undefined {
    return this.isAlive ? this.delivery.routes.byChannel(CHANNEL) : undefined;
  }

  /** Sessions that the lot was drawn for here. */
  get drawn(): number {
    return this.#drawn;
  }

  get inFlight(): readonly InFlight[] {
    return this.#inFlight;
  }

  endCalls(): readonly InFlight[] {
    const ended = this.#inFlight;
    this.#inFlight = [];
    return ended;
  }

  /** One turn of a session, placed by the gateway; `continues`: the request carries earlier turns. */
  serve(session: string, continues: boolean): (Pick<OpenCall, "begun"> & { readonly placement: Placement }) | null {
    const { route } = this;
    if (route === undefined) return null;
    this.#calls += 1;
    const { delivery } = this;
    // Only what the stage reads; the rest of a call does not matter to where it goes.
    const observer = {
      assigned: (assignment: Assignment) => {
        this.#drawn += 1;
        delivery.observatory.assigned(assignment);
      },
      turnBegan: (rolloutId: string, unit: string) => delivery.observatory.turnBegan(rolloutId, unit),
    };
    const routes = { byEndpoint: () => route };
    const gateway = { pins: delivery.pinsOf(ENVIRONMENT), observer, routes } as unknown as Gateway;
    const call = {
      id: `call_${this.#calls}`,
      arrival: { sessionHeader: session },
      key: { id: "key_1", name: "Ada", scopes: ["inference"] },
      request: { sessionId: null, opening: null, continues, body: {}, variables: {} },
      aim: { type: "endpoint", route },
      settings: { sessions: new Map([[ENDPOINT, ["header"]]]) },
      placement: null,
    } as unknown as OpenCall;
    assign(gateway, call);
    const { placement, begun } = call;
    if (placement === null) return null;
    this.#inFlight = [...this.#inFlight.slice(-20), { placement, copy: JSON.stringify(placement) }];
    return { placement, ...(begun !== undefined && { begun }) };
  }
}

function deliveryOf({ line, stores, notes, troubled, ...rest }: ReplicaTerms): Delivery {
  const { replicaId, clock } = rest;
  const { releases, rollouts, journal, board, freezes, gateRuns, notices } = throughLine(stores, line);
  const table = createRouteTable();
  const routes: Delivery["routes"] = {
    ...table,
    publish: (route) => void line.do("publish", () => table.publish(route)),
  };
  const log = createJournalWriter({ journal, replicaId, clock });
  const pins = createMemoryPins(10_000, clock);
  const announcer = hearing(troubled);
  const troubles = new Troubles(announcer);
  const run = async (): Promise<RunEnd> => rest.runGate();
  const runners: GateRunners = { command: { run }, http: { run }, backtest: { run } };
  const replicas = new Replicas({ replicaId, board, routes, clock });
  return {
    clock,
    engine: "test",
    ids: rest.ids,
    releases,
    rollouts,
    journal,
    log,
    pinsOf: () => pins,
    routes,
    announcer,
    observatory: new Observatory({
      clock,
      log,
      routes,
      replicaId,
      isLeader: () => replicas.isLeader,
      hasOthers: () => replicas.live.length > 1,
    }),
    troubles,
    owed: new OwedWithdrawals(notes, troubles),
    replicas,
    isResolvable: rest.isResolvable,
    gating: {
      freezes,
      freezeWindows: () => [],
      gatekeeper: new Gatekeeper({ rollouts, releases, runs: gateRuns, runners, clock, replicaId, troubles }),
      runs: gateRuns,
      notices,
    },
  };
}
