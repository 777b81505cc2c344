import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { LocalLimiter } from "../../adapters/limiters/local-limiter.ts";
import type { LimitClaim, LimitRule } from "../../domain/limits/limit-rule.ts";
import { isPass } from "../../ports/limiter.ts";
import type { LimitPass, LimitRefusal } from "../../ports/limiter.ts";
import { WaitingRoom } from "./waiting-room.ts";
import type { Visit } from "./waiting-room.ts";

const QUEUE = { calls: 4, longestWaitMs: 10_000, classes: [] };

const claim = (rule: Partial<LimitRule>, subject = "one"): LimitClaim => ({
  rule: { name: "limit", per: "endpoint", only: {}, requests: null, tokens: null, concurrent: null, ...rule },
  subject,
});

/** One call a second. */
const EACH_SECOND = { amount: 60, windowMs: 60_000, burst: 1 };

async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** A room with its clock, and who came out of it in which order. */
class Stage {
  readonly clock = new HandClock();
  readonly room: WaitingRoom;
  readonly out: string[] = [];
  readonly passes: LimitPass[] = [];
  readonly leaves = new Map<string, () => void>();

  constructor() {
    this.room = new WaitingRoom(this.clock, new LocalLimiter(this.clock));
  }

  enter(name: string, visit: Partial<Visit> & { readonly claims: readonly LimitClaim[] }, queue = QUEUE): void {
    const onWaiting = (leave: (() => void) | null): void => {
      if (leave !== null) this.leaves.set(name, leave);
    };
    const whole = { tokens: 1, rank: 0, lane: "tenant", onWaiting, ...visit };
    const note = (answer: LimitPass | LimitRefusal): void => {
      if (isPass(answer)) this.passes.push(answer);
      this.out.push(isPass(answer) ? name : `${name} refused`);
    };
    void this.room.enter(whole, queue).then(note);
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      this.clock.advance(50);
      await settleDown();
    }
  }
}

describe("the waiting room", () => {
  test("lets calls in as the limit permits, tenants in turn", async () => {
    const stage = new Stage();
    const claims = [claim({ requests: EACH_SECOND })];
    for (const name of ["a1", "a2", "a3"]) stage.enter(name, { claims, lane: "a" });
    await settleDown();
    stage.enter("b1", { claims, lane: "b" });
    await stage.pass(4_000);
    expect(stage.out).toEqual(["a1", "a2", "b1", "a3"]);
  });

  test("refuses at once what would wait too long, and what finds no room", async () => {
    const stage = new Stage();
    const slow = [claim({ requests: { amount: 1, windowMs: 3_600_000, burst: 1 } })];
    stage.enter("first", { claims: slow });
    stage.enter("second", { claims: slow });
    await settleDown();
    expect(stage.out).toEqual(["first", "second refused"]);
    const claims = [claim({ name: "other", requests: EACH_SECOND })];
    for (let each = 0; each < 6; each += 1) stage.enter(String(each), { claims });
    await settleDown();
    expect(stage.out.slice(2)).toEqual(["0", "5 refused"]);
    expect(stage.room.counts().calls).toBe(4);
  });

  test("refuses at once, with the time that it takes, what would wait too long behind those ahead of it", async () => {
    const stage = new Stage();
    const claims = [claim({ requests: { amount: 30, windowMs: 60_000, burst: 1 } })];
    const queue = { ...QUEUE, longestWaitMs: 3_000 };
    for (const name of ["a", "b", "c", "d"]) stage.enter(name, { claims }, queue);
    await settleDown();
    expect(stage.out.toSorted()).toEqual(["a", "c refused", "d refused"]);
    await stage.pass(500);
    stage.enter("e", { claims }, queue);
    await settleDown();
    expect(stage.out).toContain("e refused");
    await stage.pass(2_000);
    expect(stage.out.at(-1)).toBe("b");
  });

  test("a full room sends the last of a later class away for one of an earlier class", async () => {
    const stage = new Stage();
    const claims = [claim({ requests: EACH_SECOND })];
    for (let each = 0; each < 5; each += 1) stage.enter(`low ${each}`, { claims, rank: 1 });
    await settleDown();
    stage.enter("high", { claims, rank: 0 });
    await stage.pass(1_100);
    expect(stage.out).toEqual(["low 0", "low 4 refused", "high"]);
  });

  test("a call that leaves, and one whose wait is over, are refused and leave nothing behind", async () => {
    const stage = new Stage();
    const claims = [claim({ concurrent: 1 })];
    for (const name of ["one", "two", "three"]) stage.enter(name, { claims });
    await settleDown();
    stage.leaves.get("two")?.();
    await stage.pass(9_000);
    expect(stage.out).toEqual(["one", "two refused"]);
    await stage.pass(1_100);
    expect(stage.out).toEqual(["one", "two refused", "three refused"]);
    expect(stage.room.counts()).toEqual({ calls: 0, oldestMs: 0 });
    stage.passes[0]?.settle(null);
    stage.enter("four", { claims });
    await settleDown();
    expect(stage.out.at(-1)).toBe("four");
  });

  test("who waits for another limit does not hold up those behind", async () => {
    const stage = new Stage();
    const shared = claim({ name: "shared", requests: EACH_SECOND });
    const narrow = claim({ name: "narrow", requests: { amount: 6, windowMs: 60_000, burst: 1 } });
    const queue = { ...QUEUE, longestWaitMs: 20_000 };
    stage.enter("first", { claims: [shared, narrow] }, queue);
    stage.enter("held", { claims: [shared, narrow] }, queue);
    await settleDown();
    stage.enter("free", { claims: [shared] }, queue);
    await stage.pass(1_500);
    expect(stage.out).toEqual(["first", "free"]);
    await stage.pass(9_000);
    expect(stage.out).toEqual(["first", "free", "held"]);
  });

  test("tells of each limit who waits and how long one more would, and works that out once for each line", async () => {
    const stage = new Stage();
    const queue = { calls: 1_000, longestWaitMs: 86_400_000, classes: [] };
    let looks = 0;
    const { rule } = claim({});
    const counted = {
      ...rule,
      get requests() {
        looks += 1;
        return EACH_SECOND;
      },
    };
    for (let each = 0; each < 3; each += 1)
      stage.enter(`cap ${each}`, { claims: [claim({ name: "cap", concurrent: 1 })] }, queue);
    for (let each = 0; each < 41; each += 1)
      stage.enter(`call ${each}`, { claims: [{ rule: counted, subject: "one" }] }, queue);
    await settleDown();
    looks = 0;
    expect(stage.room.lines()).toEqual([
      // No place has become free yet: nobody can say.
      { name: "cap", calls: 2, oldestMs: 0, estimateMs: null },
      { name: "limit", calls: 40, oldestMs: 0, estimateMs: 41_000 },
    ]);
    expect(looks).toBe(1);
  });

  /** Forty that wait for one place, which became free once a second, eight times. */
  async function eightFreed(cap: LimitClaim): Promise<Stage> {
    const stage = new Stage();
    const queue = { calls: 100, longestWaitMs: 10_000, classes: [] };
    for (let each = 0; each < 41; each += 1) stage.enter(String(each), { claims: [cap], rank: 1 }, queue);
    await settleDown();
    for (let freed = 0; freed < 8; freed += 1) {
      await stage.pass(950);
      stage.passes[freed]?.settle(null);
      await stage.pass(50);
    }
    expect(stage.out).toHaveLength(9);
    return stage;
  }

  test("guesses the wait for a place by those that became free, and refuses what is clearly too long", async () => {
    const cap = claim({ name: "cap", concurrent: 1 });
    const stage = await eightFreed(cap);
    expect(stage.room.lines()).toEqual([{ name: "cap", calls: 32, oldestMs: 8_000, estimateMs: 33_000 }]);
    const visit = { claims: [cap], tokens: 1, lane: "tenant", onWaiting: () => {} };
    const queue = { calls: 100, longestWaitMs: 16_000, classes: [] };
    const late = await stage.room.enter({ ...visit, rank: 1 }, queue);
    expect(late).toMatchObject({ kind: "concurrent", retryAfterMs: 33_000, estimateMs: 33_000 });
    // A guess that is not clearly too long refuses nobody, and an earlier class has few before it.
    stage.enter("near", { claims: [cap], rank: 1 }, { ...queue, longestWaitMs: 17_000 });
    stage.enter("early", { claims: [cap], rank: 0 }, { ...queue, longestWaitMs: 2_000 });
    await stage.pass(950);
    stage.passes[8]?.settle(null);
    await stage.pass(50);
    expect(stage.out.slice(9)).toEqual(["early"]);
  });

  test("says of a place that does not become free that it takes longer and longer", async () => {
    const stage = await eightFreed(claim({ name: "cap", concurrent: 1 }));
    await stage.pass(1_000);
    expect(stage.room.lines()).toMatchObject([{ calls: 32, estimateMs: 37_125 }]);
  });

  test("cannot say how long the wait for a budget is, and refuses nobody for it", async () => {
    const stage = new Stage();
    const budget = claim({ name: "budget:team", concurrent: 0 });
    const held: LimitRefusal = { claim: budget, kind: "concurrent", retryAfterMs: 20, states: [] };
    let room = 0;
    const take = (): LimitPass | LimitRefusal => {
      room -= 1;
      return room < 0 ? held : { states: [], settle: () => {} };
    };
    const queue = { calls: 100, longestWaitMs: 10_000, classes: [] };
    for (let each = 0; each < 40; each += 1) stage.enter(String(each), { claims: [budget], take }, queue);
    await settleDown();
    room = 9;
    await stage.pass(50);
    expect(stage.out).toHaveLength(9);
    expect(stage.room.lines()).toMatchObject([{ calls: 31, estimateMs: null }]);
    stage.enter("last", { claims: [budget], take }, { ...queue, longestWaitMs: 10 });
    await settleDown();
    expect(stage.room.counts().calls).toBe(32);
    const told = stage.room.enter({ claims: [budget], tokens: 1, rank: 0, lane: "", take, onWaiting: () => {} }, queue);
    room = -1_000;
    await stage.pass(10_000);
    expect(await told).toMatchObject({ kind: "concurrent", estimateMs: null });
  });
});
