import { describe, expect, test } from "vitest";
import { settled } from "../../../test/fixtures/delivery-world.ts";
import { terms } from "../../../test/fixtures/gate-samples.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { BacktestGate } from "../../domain/rollout/gates/gate-plan.ts";
import type { BacktestAnswer, Backtests, BacktestWish } from "../../ports/backtests.ts";
import { RUN_OVER } from "../../ports/gate-runner.ts";
import type { GateQuestion, RunEnd } from "../../ports/gate-runner.ts";
import { createBacktestGate } from "./backtest-gate.ts";

const GATE: BacktestGate = {
  ...terms("replay", "before_start"),
  kind: "backtest",
  callsWithinMs: 60_000,
  sample: 200,
  budgetPico: 5e12,
  needsProof: false,
};

const QUESTION: GateQuestion = {
  id: "rol_1.replay.-1.1",
  rolloutId: "rol_1",
  endpoint: "bot",
  environment: "staging",
  step: -1,
  candidate: { id: "rel_2", name: "bot@2", digest: "b" },
  stable: { id: "rel_1", name: "bot@1", digest: "a" },
  since: 7,
  starts: 1,
};

/** Backtests that answer one after the other, the last again and again. */
class ScriptedBacktests implements Backtests {
  readonly wishes: BacktestWish[] = [];
  readonly stopped: string[] = [];
  /** From when on results were asked for. */
  readonly since = new Set<number>();
  readonly #answers: BacktestAnswer[];

  constructor(...answers: BacktestAnswer[]) {
    this.#answers = answers;
  }

  async newest(_: unknown, endedSince: number): Promise<BacktestAnswer> {
    this.since.add(endedSince);
    const [next, ...rest] = this.#answers;
    if (rest.length > 0) this.#answers.shift();
    return next ?? { state: "none" };
  }

  async start(wish: BacktestWish): Promise<string> {
    this.wishes.push(wish);
    if (wish.sample > 1_000)
      throw new RollwardError("backtest_impossible", {
        candidate: "bot@2",
        baseline: "bot@1",
        endpoint: "bot",
        reason: "There is nothing to replay",
      });
    return "bkt_1";
  }

  async stop(id: string, by: string): Promise<void> {
    this.stopped.push(`${id} by ${by}`);
  }
}

async function run(backtests: Backtests, gate: Partial<BacktestGate> = {}): Promise<RunEnd> {
  const clock = new HandClock();
  const ending = createBacktestGate({ backtests: () => backtests, clock }).run(
    { ...GATE, ...gate },
    QUESTION,
    new AbortController().signal,
  );
  for (let look = 0; look < 5; look += 1) {
    await settled();
    clock.advance(2_000);
  }
  return ending;
}

const finished = (verdict: "harm" | "non-inferior" | "inconclusive"): BacktestAnswer => ({
  state: "finished",
  id: "bkt_1",
  verdict,
  why: "Answers differ little.",
  endedAt: 9,
  compared: 200,
});

const RUNNING: BacktestAnswer = { state: "running", id: "bkt_1", done: 3, planned: 200 };

test("starts one for the very pair and passes with its proof", async () => {
  const backtests = new ScriptedBacktests({ state: "none" }, RUNNING, finished("non-inferior"));
  expect(await run(backtests)).toMatchObject({
    standing: "passed",
    detail: "Answers differ little. (backtest bkt_1, 200 sessions)",
  });
  // An older result says nothing: what is asked for came after the question.
  expect([...backtests.since]).toEqual([7]);
  expect(backtests.wishes).toEqual([
    {
      channel: { endpoint: "bot", environment: "staging" },
      candidate: "rel_2",
      baseline: "rel_1",
      callsWithinMs: 60_000,
      sample: 200,
      budgetPico: 5_000_000_000_000n,
      actor: { kind: "machine" },
    },
  ]);
});

test("follows the one that runs, and pays for no second one", async () => {
  const backtests = new ScriptedBacktests(RUNNING, finished("inconclusive"));
  expect(await run(backtests)).toMatchObject({ standing: "passed" });
  expect(backtests.wishes).toEqual([]);
  const lost = new ScriptedBacktests({ state: "none" });
  expect(await run(lost)).toMatchObject({ standing: "failed", detail: "the backtest that was started is gone" });
  expect(lost.wishes).toHaveLength(1);
});

test("fails on harm, without an end, without proof where it is wanted, and where nothing can be replayed", async () => {
  expect(await run(new ScriptedBacktests(finished("harm")))).toMatchObject({ standing: "failed" });
  const stopped: BacktestAnswer = { state: "ended", id: "bkt_1", endedAt: 9, why: "Ada stopped it." };
  expect((await run(new ScriptedBacktests(stopped))).detail).toContain("Ada stopped it.");
  expect(await run(new ScriptedBacktests(finished("inconclusive")), { needsProof: true })).toMatchObject({
    standing: "failed",
  });
  expect(await run(new ScriptedBacktests(), { sample: 2_000 })).toMatchObject({
    standing: "failed",
    detail: expect.stringContaining("There is nothing to replay.") as string,
  });
});

/** Backtests whose database is away for the first questions. */
class AwayBacktests extends ScriptedBacktests {
  #away = 2;

  override async newest(pair: unknown, endedSince: number): Promise<BacktestAnswer> {
    this.#away -= 1;
    if (this.#away >= 0) throw new RollwardError("database_unavailable", {}, new Error("connect 10.0.0.7:5432"));
    return super.newest(pair, endedSince);
  }
}

test("asks again when the database is away: that says nothing about the release", async () => {
  expect(await run(new AwayBacktests(finished("non-inferior")))).toMatchObject({ standing: "passed" });
});

describe("when it is aborted", () => {
  const abortedFor = async (
    why: string | undefined,
    ...answers: readonly BacktestAnswer[]
  ): Promise<ScriptedBacktests> => {
    const [clock, stop] = [new HandClock(7), new AbortController()];
    const backtests = new ScriptedBacktests(...answers);
    const ending = createBacktestGate({ backtests: () => backtests, clock }).run(GATE, QUESTION, stop.signal);
    await settled();
    stop.abort(why);
    clock.advance(2_000);
    await settled();
    await ending;
    return backtests;
  };

  test("ends what it has started when nobody waits for it any more", async () => {
    expect((await abortedFor(RUN_OVER, { state: "none" }, RUNNING)).stopped).toEqual(["bkt_1 by The gate replay"]);
  });

  test("lets it run where another server may follow it, and what others started in any case", async () => {
    expect((await abortedFor(undefined, { state: "none" }, RUNNING)).stopped).toEqual([]);
    expect((await abortedFor(RUN_OVER, RUNNING)).stopped).toEqual([]);
  });
});
