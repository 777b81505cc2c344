import { author } from "../../../src/delivery/author.ts";
import { command } from "../../../src/delivery/command.ts";
import { restore } from "../../../src/delivery/restore.ts";
import { rollBack } from "../../../src/delivery/roll-back.ts";
import { RollwardError } from "../../../src/domain/errors.ts";
import type { Command } from "../../../src/domain/rollout/command.ts";
import { DEFAULT_PLAN } from "../../../src/domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../../../src/domain/rollout/plan.ts";
import type { Release } from "../../../src/domain/release/release.ts";
import { drawArm } from "../../../src/domain/traffic/draw.ts";
import { sha256Hex } from "../../../src/kit/hash.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import { HandClock } from "../../fixtures/hand-clock.ts";
import { CallBook } from "./call-book.ts";
import { releaseContent } from "./release-content.ts";
import { Line, Network } from "./line.ts";
import { CHANNEL, ENDPOINT, ENVIRONMENT, Notes, Replica } from "./replica.ts";
import { openSharedStores } from "./shared-stores.ts";

/** One turn of a session, as it was served. */
export interface Served {
  readonly session: string;
  readonly unit: string;
  readonly seat: Seat;
  readonly replicaId: string;
  readonly release: string;
  /** Whether that is the stable release of the route that it was placed by. */
  readonly isStableThere: boolean;
  readonly arm: "stable" | "candidate";
  /** The rollout that the session is evidence of. */
  readonly evidenceOf: string | null;
  /** Whether the lot was drawn at this turn. */
  readonly isDrawn: boolean;
  /** The rollout that the route knew, as it collects or drains. */
  readonly rolloutId: string | null;
  /** The call as the evidence of the rollout that drew its session knows it; 0 where it cannot count. */
  readonly begun: number;
  readonly at: number;
}

/** How a turn ends. */
export interface Outcome {
  readonly failed: boolean;
  readonly slow: boolean;
  /** A budget refused it before anybody was asked. */
  readonly refused?: true;
}

/** The place of a process: its disk and its address outlive it. */
export type Seat = 0 | 1;

const ADA = { kind: "key", keyId: "key_1", name: "Ada" } as const;
/** Longest stretch between two looks at the world, so that ticks keep their rhythm. */
const SLICE_MS = 250;
const MAX_SLICES = 12;

/** Everything that only waits for promises has run when this resolves. */
export const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** Errors that faults explain; any other is a fault of ours. */
function isExplained(error: unknown): boolean {
  if (error instanceof RollwardError) return true;
  const message = error instanceof Error ? error.message : String(error);
  return /^The (answer of the )?database |^There was no answer within|needs models that are not configured/.test(
    message,
  );
}

/** Two replicas on one database, and the people and sessions that come to them. */
export class World {
  readonly clock = new HandClock();
  readonly stores = openSharedStores(this.clock);
  readonly network = new Network();
  readonly served: Served[] = [];
  readonly calls = new CallBook();
  readonly unexpected: string[] = [];
  /** When everything was frozen, oldest first; `until` is `null` while it is. */
  readonly frozen: { readonly from: number; until: number | null }[] = [];
  /** How the programs of gates end from now on. */
  gatesPass = true;
  readonly #notes = [new Notes(), new Notes()] as const;
  #replicas: readonly [Replica, Replica];
  #isResolvable = true;
  #ids = 0;
  #sessions = 0;
  #releases = 0;

  private constructor() {
    this.#replicas = [this.#boot(0), this.#boot(1)];
  }

  /** A world in which the first release serves and both replicas know one another. */
  static async open(): Promise<World> {
    const world = new World();
    await world.#start(world.#replicas[0]);
    await world.#start(world.#replicas[1]);
    await world.apply(0, null);
    await world.pass(SLICE_MS * 3);
    return world;
  }

  get replicas(): readonly [Replica, Replica] {
    return this.#replicas;
  }

  get now(): number {
    return this.clock.now();
  }

  at(seat: Seat): Replica {
    return this.#replicas[seat];
  }

  /** Time goes by, in slices that ticks fit into; longer stretches take longer slices. */
  async pass(ms: number): Promise<void> {
    const slices = Math.min(MAX_SLICES, Math.max(1, Math.ceil(ms / SLICE_MS)));
    for (let slice = 0; slice < slices; slice += 1) {
      this.clock.advance(ms / slices);
      await settled();
    }
  }

  /** A newer release arrives at one replica, or the very first one without a plan. */
  async apply(seat: Seat, plan: RolloutPlan | null): Promise<void> {
    this.#releases += 1;
    const content = releaseContent(ENDPOINT, this.#releases);
    const { delivery } = this.at(seat);
    const authored = { environment: ENVIRONMENT, content, plan: plan ?? DEFAULT_PLAN, actor: ADA, author: "Ada" };
    await this.#attempt(() => author(delivery, authored));
  }

  /** A person tells a rollout something, at one replica; `key` makes repeating it a duplicate. */
  async tell(seat: Seat, rolloutId: string, { key = null, ...told }: Command & { key?: string | null }): Promise<void> {
    const wish = { command: told, actor: ADA, reason: "Because.", idempotencyKey: key };
    await this.#attempt(() => command(this.at(seat).delivery, rolloutId, wish));
  }

  /** The one command of three in the morning. */
  async rollBack(seat: Seat): Promise<void> {
    await this.#attempt(() =>
      rollBack(this.at(seat).delivery, { ...CHANNEL, actor: ADA, reason: "Because.", again: true }),
    );
  }

  /** A person freezes everything. Written at once: what is in force is what this test asks about. */
  async freeze(): Promise<void> {
    if (this.frozen.at(-1)?.until === null) return;
    const id = `frz_${(this.#ids += 1)}`;
    const freeze = { id, subject: { type: "everything" }, reason: "Because.", by: "Ada", at: this.now } as const;
    await this.stores.freezes.open({ ...freeze, until: null, lifted: null });
    this.frozen.push({ from: this.now, until: null });
  }

  async thaw(): Promise<void> {
    const last = this.frozen.at(-1);
    if (last === undefined || last.until !== null) return;
    const lifted = { at: this.now, by: "Ada", reason: "Because." };
    for (const { id } of await this.stores.freezes.list({ now: this.now, limit: 10 })) {
      await this.stores.freezes.lift(id, lifted);
    }
    last.until = this.now;
  }

  setResolvable(isResolvable: boolean): void {
    this.#isResolvable = isResolvable;
  }

  cut(seat: Seat): void {
    this.at(seat).line.cut(this.now);
  }

  mend(seat: Seat): void {
    this.at(seat).line.mend();
  }

  kill(seat: Seat): void {
    this.at(seat).line.kill();
  }

  /** The next process in a dead one's place. It reads what is stored before it serves. */
  async restart(seat: Seat): Promise<void> {
    if (this.at(seat).isAlive) return;
    const replica = this.#boot(seat);
    this.#replicas = seat === 0 ? [replica, this.#replicas[1]] : [this.#replicas[0], replica];
    await this.#start(replica);
  }

  /** A new session on one replica, with an id that is drawn for the arm if it is drawn at all; `null` leaves it to the lot. */
  begin(seat: Seat, arm: "stable" | "candidate" | null): Served | null {
    const split = this.at(seat).route?.split ?? null;
    const isDrawn = arm !== null && split !== null && split.weight > 0 && split.weight < 1;
    let session = this.#nextSession();
    const isWanted = (): boolean => !isDrawn || drawArm(split, ENDPOINT, `key_1/${session}`) === arm;
    while (!isWanted()) session = this.#nextSession();
    return this.turn(seat, session, false);
  }

  /** One turn of a session. */
  turn(seat: Seat, session: string, continues: boolean): Served | null {
    const replica = this.at(seat);
    const { route } = replica;
    const drawnBefore = replica.drawn;
    const call = replica.serve(session, continues);
    if (call === null || route === undefined) return null;
    const { placement, begun: { number: begun } = { number: 0 } } = call;
    const served: Served = {
      session,
      unit: placement.unit,
      seat,
      replicaId: replica.replicaId,
      release: placement.release.id,
      isStableThere: placement.release.id === route.stable.id,
      arm: placement.arm,
      evidenceOf: placement.evidenceOf,
      isDrawn: replica.drawn > drawnBefore,
      rolloutId: route.split?.rolloutId ?? route.draining?.rolloutId ?? null,
      begun,
      at: this.now,
    };
    this.served.push(served);
    if (served.evidenceOf !== null) this.calls.begun({ ...served, rolloutId: served.evidenceOf }, begun);
    return served;
  }

  /** A turn ends. What a dead process was doing never does. */
  end({ seat, replicaId, unit, evidenceOf, begun, isDrawn }: Served, { failed, slow, refused }: Outcome): void {
    const replica = this.at(seat);
    if (!replica.isAlive || replica.replicaId !== replicaId || evidenceOf === null) return;
    const { observatory } = replica.delivery;
    const session = { replicaId, unit, rolloutId: evidenceOf };
    if (refused === true) {
      this.calls.dropped(session, begun);
      if (isDrawn) observatory.leftOut(evidenceOf, unit);
      return observatory.turnDropped(evidenceOf, unit, begun);
    }
    this.calls.ended(session, begun, failed);
    // Distinct values: ties tell nothing.
    const jitter = (this.#sessions % 97) / 100;
    observatory.turnEnded({
      rolloutId: evidenceOf,
      begun,
      session: unit,
      failure: failed ? "provider" : null,
      latencyMs: failed ? null : (slow ? 5_000 : 100) + jitter,
      firstTokenMs: null,
      costPico: failed ? 0n : BigInt(Math.round((slow ? 5_000 : 1_000) + jitter * 100)),
    });
  }

  #nextSession(): string {
    this.#sessions += 1;
    return `s${this.#sessions}`;
  }

  #boot(seat: Seat): Replica {
    this.#ids += 1;
    const line = new Line(this.network);
    return new Replica({
      replicaId: `rep_${String(this.#ids).padStart(6, "0")}`,
      clock: clockOf(this.clock, line, seat),
      line,
      stores: this.stores,
      notes: this.#notes[seat],
      ids: {
        next: (prefix) => `${prefix}_${String((this.#ids += 1)).padStart(6, "0")}`,
        secret: (bytes) => sha256Hex(`secret ${(this.#ids += 1)}`).slice(0, bytes * 2),
      },
      isResolvable: (release: Release) => this.#isResolvable || release.number === 1,
      troubled: (what, cause) => this.#note(what, cause),
      runGate: () => ({ standing: this.gatesPass ? "passed" : "failed", detail: "it said so", url: null, output: "" }),
    });
  }

  async #start(replica: Replica): Promise<void> {
    await this.#attempt(async () => {
      await restore(replica.delivery);
      replica.conductor.start();
    });
  }

  /** Starts something and lets it come as far as it can; a fault may keep it from ever ending. */
  async #attempt(work: () => Promise<unknown>): Promise<void> {
    void work().catch((error: unknown) => this.#note("a wish", error));
    await settled();
  }

  #note(what: string, error: unknown): void {
    if (!isExplained(error)) this.unexpected.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** How far the wall clock of the second replica is off, ms: replicas must not compare times of different clocks. */
export const SKEW_MS = 1_700;

/** A process's own time: a dead one has no more alarms. */
const clockOf = (clock: HandClock, line: Line, seat: Seat): Clock => ({
  now: () => clock.now() + seat * SKEW_MS,
  elapsed: () => clock.elapsed(),
  after: (ms, action) =>
    clock.after(ms, () => {
      if (!line.isDead) action();
    }),
});
