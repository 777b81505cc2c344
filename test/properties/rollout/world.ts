import { canonicalJson } from "../../../src/kit/canonical-json.ts";
import { sha256Hex } from "../../../src/kit/hash.ts";
import type { Release } from "../../../src/domain/release/release.ts";
import { applyCommand } from "../../../src/domain/rollout/command.ts";
import type { Command } from "../../../src/domain/rollout/command.ts";
import { decide } from "../../../src/domain/rollout/decide.ts";
import type { Observation } from "../../../src/domain/rollout/observation.ts";
import { appendFacts } from "../../../src/domain/rollout/log.ts";
import { onNewRelease, openingFacts } from "../../../src/domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../../../src/domain/rollout/plan.ts";
import { isTerminal } from "../../../src/domain/rollout/rollout.ts";
import type { Actor, Rollout, RolloutEvent, RolloutFact, Wait } from "../../../src/domain/rollout/rollout.ts";
import { channelAfter, routeOf } from "../../../src/domain/rollout/route-of.ts";
import type { Channel } from "../../../src/domain/traffic/channel.ts";
import { drawArm } from "../../../src/domain/traffic/draw.ts";
import { FewSessions } from "./evidence.ts";
import type { Outcome } from "./evidence.ts";
import { ENDPOINT, Replica } from "./replica.ts";
import type { Served } from "./replica.ts";
import { LogStore } from "./store.ts";

/** Where the control plane may die: between any two of its writes. */
export type CrashPoint = "before append" | "after append" | "between pushes";

/** One decision that became durable, as the invariants want to see it. */
export interface Taken {
  readonly before: Rollout | null;
  readonly events: readonly RolloutEvent[];
  readonly rollout: Rollout;
  readonly channelBefore: Channel;
  /** What the machine saw; `null` for a person's command and for an opening. */
  readonly observation: Observation | null;
}

const MACHINE: Actor = { kind: "machine" };
const PERSON: Actor = { kind: "key", keyId: "key_1", name: "Ada" };
/** Longest look that counts as observed; the rest was an outage. */
const MAX_LOOK_MS = 2_000;

const releaseNumber = (number: number): Release => ({
  id: `rel_${number}`,
  endpoint: ENDPOINT,
  number,
  digest: sha256Hex(`release ${number}`),
  content: {
    format: "rollward.release/1",
    endpoint: ENDPOINT,
    prompt: null,
    models: [{ provider: "simulated", model: "steady-1" }],
    // Every other pair of releases does not fit: conversations cannot be moved between them.
    parameters: number % 3 === 0 ? { response_format: { type: "json_object" } } : {},
    tools: [],
    policies: {
      record: "facts",
      retainBodiesDays: 1,
      timeouts: { connectMs: 1, firstTokenMs: 1, idleMs: 1, totalMs: 1 },
    },
  },
  createdAt: 0,
  author: "Test",
});

/** Whether a conversation can be moved between two releases of this world. */
const areCompatible = (one: string, other: string): boolean =>
  (Number(one.slice(4)) % 3 === 0) === (Number(other.slice(4)) % 3 === 0);

/** One channel, its store, a control plane that may die, and two replicas. */
export class World {
  readonly store: LogStore;
  readonly replicas: readonly [Replica, Replica] = [new Replica(), new Replica()];
  readonly releases = new Map<string, Release>([["rel_1", releaseNumber(1)]]);
  readonly evidence = new Map<string, FewSessions>();
  /** Every durable decision; the invariants look at the new ones. */
  readonly taken: Taken[] = [];
  readonly served: Served[] = [];
  frozen = false;
  controlHealthy = true;
  candidateResolvable = true;
  isUp = true;
  crashAt: CrashPoint | null = null;
  /** Whether a decision may be durable whose routes were never pushed. */
  owesPush = false;
  #now = 1_000;
  #lastLook = 1_000;
  readonly #unlogged = new Map<string, number>();
  readonly #quietSince = new Map<string, number>();
  #sessions = 0;

  constructor() {
    const name = { endpoint: ENDPOINT, environment: "production" };
    this.store = new LogStore({ name, stable: "rel_1", epoch: 1, rolloutId: null });
    this.pushRoutes();
    this.deliver();
  }

  get open(): readonly Rollout[] {
    return this.store.all().filter(({ phase }) => !isTerminal(phase));
  }

  /** The rollout that has started and not ended. */
  get current(): Rollout | null {
    const { rolloutId } = this.store.channel;
    return rolloutId === null ? null : this.store.byId(rolloutId);
  }

  /** A newer release arrives: the open rollouts' policies say what becomes of it. */
  release(plan: RolloutPlan, waits: readonly Wait[]): void {
    if (!this.isUp || this.open.length >= 3) return;
    const number = this.releases.size + 1;
    const candidate = `rel_${number}`;
    const answers = this.open.map((rollout) => onNewRelease(rollout));
    if (answers.includes("reject")) return;
    this.open.forEach((rollout, index) => {
      if (answers[index] === "supersede") this.command(rollout.id, { type: "supersede", by: candidate }, null);
    });
    if (!this.isUp) return;
    this.releases.set(candidate, releaseNumber(number));
    const rolloutId = `rol_${number}`;
    this.evidence.set(rolloutId, new FewSessions());
    const { name, stable } = this.store.channel;
    const opening = { channel: name, plan, stable, candidate, seed: sha256Hex(rolloutId) };
    const queued: readonly Wait[] = this.store.channel.rolloutId === null ? waits : ["queue", ...waits];
    const facts = openingFacts({ ...opening, waits: queued });
    this.#take({ rolloutId, before: null, facts, by: PERSON, key: null, observation: null });
  }

  /** A person's command. Answers the facts it led to, or `null` when it was refused or nobody could answer. */
  command(rolloutId: string, command: Command, key: string | null): readonly RolloutFact[] | null {
    const rollout = this.store.byId(rolloutId);
    if (!this.isUp || rollout === null) return null;
    const { epoch, stable } = this.store.channel;
    const { evidenceHash } = this.observe(rollout);
    const context = { nextEpoch: epoch + 1, channelStable: stable, evidenceHash, frozen: this.frozen };
    const answer = applyCommand(rollout, command, context);
    if ("refused" in answer) return null;
    if (answer.facts.length > 0) {
      // A withdrawal is in force where it is told before it is written; a crash may come between the two.
      if (command.type === "abort" || command.type === "rollback") this.replicas[0].trip(rolloutId);
      this.#take({ rolloutId, before: rollout, facts: answer.facts, by: PERSON, key, observation: null });
    }
    return answer.facts;
  }

  /** Time passes; if the control plane is up it has watched, but never longer than one look can be. */
  pass(ms: number): void {
    this.#now += ms;
    if (!this.isUp) return;
    const watched = Math.min(this.#now - this.#lastLook, MAX_LOOK_MS);
    this.#lastLook = this.#now;
    for (const { id } of this.open) this.#unlogged.set(id, (this.#unlogged.get(id) ?? 0) + watched);
  }

  /** One look at every open rollout, one decision each. */
  tick(): void {
    for (const { id } of this.open) this.look(id);
  }

  /** Observes and decides; `race` lets a second process act on the same look. */
  look(rolloutId: string, race = false): void {
    const before = this.store.byId(rolloutId);
    if (!this.isUp || before === null) return;
    const observation = this.observe(before);
    const facts = decide(before, observation);
    if (facts.length === 0) return;
    const decision = { rolloutId, before, facts, by: MACHINE, key: null, observation };
    const first = this.#take(decision);
    if (race && this.isUp && first === "appended" && this.#take(decision) !== "conflict") {
      throw new Error("Two processes appended the same decision.");
    }
  }

  observe(rollout: Rollout): Observation {
    const evidence = this.evidence.get(rollout.id) ?? new FewSessions();
    const reading = evidence.reading(rollout.plan.metrics);
    const { channel } = this.store;
    const live = this.replicas.filter(({ partitioned }) => !partitioned);
    return {
      observedMs: this.#unlogged.get(rollout.id) ?? 0,
      reading,
      evidenceHash: sha256Hex(canonicalJson(reading)),
      stepSessions: evidence.assigned.filter(({ epoch }) => epoch === rollout.epoch).length,
      quietMs: this.#now - (this.#quietSince.get(rollout.id) ?? this.#now),
      routesAcked: live.every(({ route }) => (route?.epoch ?? 0) >= rollout.epoch),
      frozen: this.frozen,
      candidateResolvable: this.candidateResolvable,
      controlHealthy: this.controlHealthy,
      nextEpoch: channel.epoch + 1,
      channelStable: channel.stable,
      channelFree: channel.rolloutId === null || channel.rolloutId === rollout.id,
      ...(rollout.phase === "shadowing" && { shadow: evidence.shadow }),
      ...(rollout.plan.ab !== undefined && { ab: evidence.ab }),
      compatible: areCompatible(rollout.stable, rollout.candidate),
    };
  }

  /** A new session begins on a replica, with an id that would be drawn for the given arm if it is drawn. */
  begin(replicaIndex: number, arm: "stable" | "candidate"): Served | null {
    const split = this.#replica(replicaIndex).route?.split ?? null;
    const hasBoth = split !== null && split.weight > 0 && split.weight < 1;
    const lands = (id: string): boolean => !hasBoth || drawArm(split, ENDPOINT, id) === arm;
    let session = this.#nextSession(replicaIndex);
    while (!lands(session)) session = this.#nextSession(replicaIndex);
    return this.turn(session);
  }

  #nextSession(replicaIndex: number): string {
    this.#sessions += 1;
    return `${replicaIndex % 2}/${this.#sessions}`;
  }

  /** One turn of a session, on the replica that it began on. */
  turn(session: string): Served | null {
    const served = this.#replica(Number(session[0])).serve(session);
    if (served === null) return null;
    this.served.push(served);
    if (served.assignment !== null) this.evidence.get(served.assignment.rolloutId)?.assign(served.assignment);
    return served;
  }

  /** The outcome of a session becomes final. Proven harm stops new sessions there and then. */
  end({ assignment }: Served, outcome: Outcome): void {
    if (assignment === null) return;
    const { rolloutId } = assignment;
    const evidence = this.evidence.get(rolloutId);
    evidence?.end(assignment, outcome);
    this.#quietSince.set(rolloutId, this.#now);
    const isEnforced = this.store.byId(rolloutId)?.plan.mode === "enforce";
    if (evidence?.harmful === true && isEnforced) this.#replica(Number(assignment.session[0])).trip(rolloutId);
  }

  /** A copy of a call of stable's was answered by a candidate that nobody sees. */
  copy(outcome: Outcome): void {
    for (const { route } of this.replicas) {
      if (route?.shadow !== undefined) this.evidence.get(route.shadow.rolloutId)?.compare(outcome);
    }
  }

  deliver(order: "in order" | "reversed" = "in order"): void {
    for (const replica of this.replicas) replica.deliver(order);
  }

  heal(replicaIndex: number): void {
    this.#replica(replicaIndex).rejoin(this.#routeNow());
  }

  restart(): void {
    this.isUp = true;
    this.#lastLook = this.#now;
    this.pushRoutes();
  }

  pushRoutes(): void {
    for (const replica of this.replicas) replica.push(this.#routeNow());
    this.owesPush = false;
  }

  #routeNow() {
    return routeOf(this.store.channel, this.current, this.releases);
  }

  #replica(index: number): Replica {
    return this.replicas[index % 2 === 0 ? 0 : 1];
  }

  /** The control plane dies: what it had not written is gone, time it had watched and not logged too. */
  #dies(at: CrashPoint): boolean {
    if (this.crashAt !== at) return false;
    this.crashAt = null;
    this.isUp = false;
    this.#unlogged.clear();
    return true;
  }

  #take(decision: {
    readonly rolloutId: string;
    readonly before: Rollout | null;
    readonly facts: readonly RolloutFact[];
    readonly by: Actor;
    readonly key: string | null;
    readonly observation: Observation | null;
  }): "appended" | "duplicate" | "conflict" | "crashed" {
    const { rolloutId, before, facts, by, key, observation } = decision;
    if (this.#dies("before append")) return "crashed";
    const meta = { rolloutId, at: this.#now, actor: by, reason: "Because." };
    const { events, rollout } = appendFacts(before, facts, meta);
    const channelBefore = this.store.channel;
    const channel = channelAfter(channelBefore, rollout, facts);
    const result = this.store.append({ events, rollout, channel, idempotencyKey: key });
    if (result !== "appended") return result;
    this.taken.push({ before, events, rollout, channelBefore, observation });
    if (facts.some(({ type }) => type === "TimeObserved")) this.#unlogged.set(rolloutId, 0);
    if (facts.some(({ type }) => type === "StepEntered")) this.#quietSince.set(rolloutId, this.#now);
    this.owesPush = true;
    if (this.#dies("after append")) return "crashed";
    this.replicas[0].push(this.#routeNow());
    if (this.#dies("between pushes")) return "crashed";
    this.replicas[1].push(this.#routeNow());
    this.owesPush = false;
    return "appended";
  }
}
