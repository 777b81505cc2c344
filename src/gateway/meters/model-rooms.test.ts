import fc from "fast-check";
import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { LocalLimiter } from "../../adapters/limiters/local-limiter.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AttemptRecord } from "../../domain/call/call-record.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import { AnswerLengths } from "../../domain/limits/answer-lengths.ts";
import type { LimitClaim, LimitRule } from "../../domain/limits/limit-rule.ts";
import { splitLimits } from "../../domain/limits/split-limits.ts";
import { DEFAULT_FAULT_POLICY } from "../../domain/release/fault-policy.ts";
import { isPass } from "../../ports/limiter.ts";
import type { LimitPass, LimitRefusal } from "../../ports/limiter.ts";
import type { ConversingProvider } from "../../ports/provider.ts";
import type { Place } from "../attempt/find-place.ts";
import type { CallPlan, PlannedTarget } from "../attempt/plan-of.ts";
import { Trip } from "../attempt/trip.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall } from "../open-call.ts";
import { openModelRooms } from "./model-rooms.ts";
import type { ModelRooms } from "./model-rooms.ts";
import { WaitingRoom } from "./waiting-room.ts";

const PRICE = { input: 1n, cachedInput: 1n, cacheWrite: 1n, output: 1n, reasoning: 1n };
const BURST = 1_000_000;
const CAP = 2;

const TOKENS = { amount: BURST, windowMs: 86_400_000, burst: BURST };
const rule = (name: string, models?: readonly string[]): LimitRule => ({
  name,
  per: name === "account" ? "environment" : "model",
  only: models === undefined ? {} : { models },
  requests: null,
  tokens: TOKENS,
  concurrent: CAP,
});

/** Each model by itself, the pool that is named, and some models together of which one is alone and two are members. */
const EACH = rule("each");
const POOL = rule("pool", ["bce/m"]);
const ACCOUNT = rule("account", ["b/m", "c/m", "d/m"]);
const RULES: readonly LimitRule[] = [EACH, POOL, ACCOUNT];

/** Whose tokens are counted where. */
const METERS: readonly { readonly claim: LimitClaim; readonly of: readonly string[] }[] = [
  ...["a", "b", "c", "d", "e"].map((name) => ({ claim: { rule: EACH, subject: `${name}/m` }, of: [name] })),
  { claim: { rule: POOL, subject: "bce/m" }, of: ["b", "c", "e"] },
  { claim: { rule: ACCOUNT, subject: "e" }, of: ["b", "c", "d"] },
];

/** A provider that is only a name. */
const provider = (name: string): ConversingProvider => ({
  name,
  prices: new Map([["m", PRICE]]),
  speaks: null,
  converse() {
    throw new Error("Nobody asks it here.");
  },
  close: () => Promise.resolve(),
});

/** Two models alone and a pool of three. */
function planOn(board: HealthBoard): CallPlan {
  const targets = [["a"], ["b", "c", "e"], ["d"]].map((names): PlannedTarget => {
    const deployments = names.map((name) => {
      const target = { provider: name, model: "m" };
      return { target, provider: provider(name), price: PRICE, weight: 1, health: board.of(target, {}) };
    });
    return { target: { provider: names.join(""), model: "m" }, deployments, balance: "weighted" };
  });
  const all = [0, 1, 2];
  const chains = { outage: all, rateLimit: all, contextOverflow: all, contentPolicy: [], rejected: all };
  return { policy: DEFAULT_FAULT_POLICY, targets, chains, examines: false, verifier: null };
}

/** A limiter that answers later, as a shared one may, and counts what was let in and is not over. */
class CountingLimiter extends LocalLimiter {
  readonly #underWay = new Map<string, number>();
  /** What was ever let in, by limit. */
  readonly letIn = new Map<string, number>();

  /** By limit, of all its subjects together. */
  underWay({ name }: LimitRule): number {
    return this.#underWay.get(name) ?? 0;
  }

  override take(claims: readonly LimitClaim[], tokens: number): LimitPass | LimitRefusal {
    const answer = super.take(claims, tokens);
    if (!isPass(answer)) return answer;
    for (const claim of claims) add(this.#underWay, claim, 1);
    for (const claim of claims) add(this.letIn, claim, 1);
    let open = claims;
    const settle: LimitPass["settle"] = (used, only = claims) => {
      for (const claim of open.filter((one) => only.includes(one))) add(this.#underWay, claim, -1);
      open = open.filter((one) => !only.includes(one));
      answer.settle(used, only);
    };
    return { ...answer, settle };
  }
}

const add = (counts: Map<string, number>, { rule: { name } }: LimitClaim, by: number): void =>
  void counts.set(name, (counts.get(name) ?? 0) + by);

/** What becomes of a call, one step after the other. */
const STEPS = ["go", "go", "fail", "fail", "reject", "repair", "hedge", "lose", "answer", "leave"] as const;
type Step = (typeof STEPS)[number];

class World {
  readonly clock = new HandClock();
  readonly limiter = new CountingLimiter(this.clock);
  readonly plan = planOn(new HealthBoard());
  /** Tokens used, by provider. */
  readonly used = new Map<string, number>();
  readonly gateway: Gateway;

  constructor(isLate: boolean) {
    const take = async (...given: Parameters<CountingLimiter["take"]>) => this.limiter.take(...given);
    const limiter = isLate ? { take, counts: () => this.limiter.counts(), close: async () => {} } : this.limiter;
    const waiting = new WaitingRoom(this.clock, limiter);
    const { clock } = this;
    const parts = { clock, limiter, waiting, random: () => 0.5, answerLengths: new AnswerLengths() };
    this.gateway = parts as unknown as Gateway;
  }
}

/** A call that has asked nobody yet. */
function openedAt({ gateway, plan }: World): { open: OpenCall; trip: Trip; rooms: ModelRooms } {
  const parts = {
    settings: { environment: "e", meters: { limits: RULES, split: splitLimits(RULES), budgets: [] } },
    key: { id: "key_1" },
    aim: { type: "direct", target: { provider: "a", model: "m" } },
    request: { body: { max_tokens: 20 }, model: "a/m" },
    arrival: { dialect: { name: "openai-chat" }, bytes: Buffer.alloc(40) },
    placement: null,
    attempts: [],
    abandoned: false,
  };
  const open = parts as unknown as OpenCall;
  const trip = new Trip({ gateway, plan, deadline: 600_000, stream: true, onSkip: () => {} });
  const rooms = openModelRooms(gateway, open) ?? expect.unreachable("There are limits of models.");
  return { open, trip, rooms };
}

class PlayedCall {
  readonly #world: World;
  readonly #trip: Trip;
  readonly #open: OpenCall;
  #running: Place[] = [];
  isOver = false;
  /** Second requests that were made at the pool. */
  hedges = 0;

  constructor(world: World) {
    this.#world = world;
    const { open, trip } = openedAt(world);
    this.#open = open;
    this.#trip = trip;
  }

  get underWay(): number {
    return this.isOver ? 0 : Math.max(1, this.#running.length);
  }

  async play(step: Step, tokens: number): Promise<void> {
    const [first, second] = this.#running;
    if (this.isOver) return;
    if (step === "leave") return this.#end(tokens);
    if (first === undefined) return step === "go" ? this.#go() : undefined;
    if (step === "answer") return this.#end(tokens);
    if (step === "hedge" && second === undefined) return this.#hedge(first);
    if (step === "lose" && second !== undefined) return this.#lose(tokens);
    if (step === "go" || step === "hedge" || step === "lose" || second !== undefined) return;
    this.#record(first, tokens);
    this.#running = [];
    if (step === "repair" && (await this.#repair(first))) return;
    const code = step === "fail" ? "provider_error" : "answer_rejected";
    this.#trip.failed(new RollwardError(code, { provider: "p", reason: "" }), first, 0);
  }

  async #go(): Promise<void> {
    const { rooms } = this.#open;
    rooms?.stayAt(this.#trip.position);
    const leg = this.#trip.leg();
    if (leg.type === "over") return this.#end(0);
    if (leg.type === "ask" && (await rooms?.enter(this.#trip, leg.place)) === true) this.#running = [leg.place];
  }

  async #repair({ target }: Place): Promise<boolean> {
    const again = this.#trip.again(target);
    if (again === null || (await this.#open.rooms?.enterAgain(this.#world.plan, again)) !== true) return false;
    this.#running = [again];
    return true;
  }

  async #hedge(first: Place): Promise<void> {
    const other = this.#trip.second(first);
    if (other === null || (await this.#open.rooms?.enterBeside(this.#world.plan, other)) == null) return;
    if (other.target === 1) this.hedges += 1;
    this.#trip.alsoAsked(other);
    this.#running.push(other);
  }

  #lose(tokens: number): void {
    const lost = this.#running.pop();
    if (lost === undefined) return;
    this.#record(lost, tokens);
    this.#open.rooms?.leaveAt(lost.target, lost.deployment.target);
  }

  #end(tokens: number): void {
    if (this.#running.length > 1) this.#lose(tokens);
    for (const place of this.#running) this.#record(place, tokens);
    this.#running = [];
    this.isOver = true;
    this.#open.rooms?.close();
  }

  #record({ deployment: { target } }: Place, tokens: number): void {
    const usage = { input: tokens, cachedInput: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    this.#open.attempts.push({ ...target, usage, end: "failed", error: null } as unknown as AttemptRecord);
    const { used } = this.#world;
    used.set(target.provider, (used.get(target.provider) ?? 0) + tokens);
  }
}

const moves = fc.array(fc.record({ call: fc.nat(4), step: fc.constantFrom(...STEPS), tokens: fc.nat(500) }), {
  maxLength: 120,
});

test("whatever becomes of calls, nothing is taken twice, their places are free afterwards and what they have used is missing", async () => {
  await fc.assert(
    fc.asyncProperty(moves, fc.boolean(), async (given, isLate) => {
      const world = new World(isLate);
      const { limiter } = world;
      const calls = Array.from({ length: 5 }, () => new PlayedCall(world));
      for (const { call, step, tokens } of given) {
        await calls[call]?.play(step, tokens);
        const most = calls.reduce((sum, { underWay }) => sum + underWay, 0);
        for (const one of RULES) expect(limiter.underWay(one)).toBeLessThanOrEqual(most);
      }
      for (const call of calls) await call.play("leave", 7);
      for (const one of RULES) expect(limiter.underWay(one)).toBe(0);
      const hedges = calls.reduce((sum, call) => sum + call.hedges, 0);
      expect(limiter.letIn.get(POOL.name) ?? 0).toBeLessThanOrEqual(calls.length + hedges);
      for (const { claim, of } of METERS) {
        const passes = Array.from({ length: CAP }, () => limiter.take([claim], 1));
        expect(passes.every(isPass)).toBe(true);
        const [state] = passes.at(-1)?.states ?? [];
        const used = of.reduce((sum, name) => sum + (world.used.get(name) ?? 0), 0);
        expect(state?.remaining).toBe(BURST - CAP - used);
      }
    }),
  );
});

test("a room for a hedge that comes too late is left, and not the one that the call has taken at that very model", async () => {
  const world = new World(false);
  const late = Promise.withResolvers<null>();
  const call = openedAt(world);
  const first = call.trip.leg();
  if (first.type !== "ask") throw new Error("The first target can be asked.");
  expect(await call.rooms.enter(call.trip, first.place)).toBe(true);
  const hedge = call.trip.second(first.place) ?? expect.unreachable("The pool can be asked.");
  const { waiting } = world.gateway;
  const takeNow = waiting.takeNow.bind(waiting);
  waiting.takeNow = (...given) => late.promise.then(() => takeNow(...given));
  const coming = call.rooms.enterBeside(world.plan, hedge);
  waiting.takeNow = takeNow;
  expect(await call.rooms.enterAgain(world.plan, hedge)).toBe(true);
  late.resolve(null);
  const room = await coming;
  if (room !== null) call.rooms.leave(room);
  expect(world.limiter.underWay(EACH)).toBe(1);
});
