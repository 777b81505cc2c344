import { describe, expect, test } from "vitest";
import { settled } from "../../../test/fixtures/delivery-world.ts";
import { account } from "../../../test/fixtures/far-bank.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { PairJudgePlan } from "../../domain/rollout/plan.ts";
import type { PairJudgement, ShadowPair } from "../../domain/shadow/shadow-pair.ts";
import type { PairAnswer, PairQuestion } from "../../ports/pair-judge.ts";
import { PairJudging } from "./pair-judging.ts";

const side = (call: string, failed = false) => ({
  call,
  failed,
  refused: false,
  invalid: false,
  latencyMs: 1,
  firstTokenMs: null,
  outputTokens: 1,
  costPico: 1,
});

const pairNamed = (name: string, failed = false): ShadowPair => ({
  at: 0,
  stable: side("call_stable"),
  candidate: side(`call_${name}`, failed),
  copyPico: "0",
  excused: false,
  change: failed ? null : { isExact: false, similarity: 0.5, hasNewStructure: null, usesTools: false, tools: "same" },
});

const PAIRS: PairJudgePlan = {
  place: { kind: "command", program: "judge", args: [] },
  timeoutMs: 5_000,
  atOnce: 2,
  questionPico: 0,
  budgetPico: null,
  required: false,
};

/** A judge that is answered by hand, and what became of the pairs. */
function world(plan: Partial<PairJudgePlan> = {}) {
  const clock = new HandClock();
  const asked: {
    readonly question: PairQuestion;
    readonly answer: (answer: PairAnswer) => void;
    readonly isStopped: () => boolean;
  }[] = [];
  const kept: PairJudgement[] = [];
  const skipped: string[] = [];
  const evidence = { judgedPico: 0n, isJudged: (session: string) => session === "judged before" };
  const paid = { isThere: true, asidePico: 0n, settledPico: 0n, refusedBy: null as string | null };
  let hasRoom = true;
  const judging = new PairJudging(
    { score: "helpful", digest: "judge-1", sample: 1, pairs: { ...PAIRS, ...plan } },
    {
      rolloutId: "rol_1",
      clock,
      judge: {
        ask: (_, question, signal) =>
          new Promise((resolve) => {
            signal.addEventListener("abort", () => resolve({ trouble: "it was stopped" }), { once: true });
            asked.push({ question, answer: resolve, isStopped: () => signal.aborted });
          }),
      },
      evidence,
      keep: (_, judgement) => {
        if (hasRoom) kept.push(judgement);
        return hasRoom;
      },
      setAside: (_, pico) => {
        paid.asidePico += pico;
        if (!paid.isThere) return { account: account({ budget: "company" }), reason: "spent", roomPico: 0n };
        return { amountPico: pico, extend: () => null, settle: (cost) => void (paid.settledPico += cost) };
      },
      unpaid: (budget) => (paid.refusedBy = budget),
      skip: (why) => skipped.push(why),
    },
  );
  const offer = (name: string, { failed = false, text = name } = {}): void =>
    judging.offer({
      session: name,
      pair: pairNamed(name, failed),
      endpoint: "bot",
      environment: "production",
      request: () => ({ messages: [] }),
      stable: { text: "of stable", tool_calls: [] },
      candidate: failed ? null : { text, tool_calls: [] },
    });
  /** Every entry comes back from the store, the last one last. */
  const comeBack = (...entries: readonly PairJudgement[]): void => {
    for (const entry of entries) {
      evidence.judgedPico += BigInt(entry.costPico);
      judging.read(entry);
    }
  };
  return { judging, clock, asked, paid, kept, skipped, offer, comeBack, fill: () => (hasRoom = false) };
}

const answer = async ({ asked }: ReturnType<typeof world>, index: number, said: PairAnswer): Promise<void> => {
  asked[index]?.answer(said);
  await settled();
};

describe("the judging of pairs", () => {
  test("asks in both orders, so many pairs at once, and keeps words in the order of the pairs", async () => {
    const there = world();
    for (const name of ["a", "b", "c"]) there.offer(name);
    await settled();
    expect(there.asked.map(({ question }) => question.id)).toEqual(["rol_1.call_a.1", "rol_1.call_b.1"]);
    await answer(there, 1, { better: "second" });
    expect(there.asked[2]?.question).toMatchObject({ first: { text: "b" }, second: { text: "of stable" } });
    await answer(there, 2, { better: "first" });
    expect(there.kept).toEqual([]);
    await answer(there, 0, { better: "first" });
    await answer(there, 4, { better: "first" });
    expect(there.kept.map(({ call, verdict, isFlipped }) => [call, verdict, isFlipped])).toEqual([
      ["call_a", "tie", true],
      ["call_b", "candidate", false],
    ]);
  });

  test("asks nothing where it is known, and nobody twice about a session", async () => {
    const there = world();
    there.offer("broken", { failed: true });
    expect(there.kept).toMatchObject([{ verdict: "stable", questions: 0 }]);
    there.offer("judged before");
    there.offer("a");
    there.offer("a");
    await settled();
    expect(there.asked).toHaveLength(1);
  });

  test("gives up a question that takes too long, and goes on", async () => {
    const there = world({ atOnce: 1 });
    there.offer("a");
    there.offer("b");
    await settled();
    there.clock.advance(5_001);
    await settled();
    expect(there.kept).toMatchObject([{ call: "call_a", verdict: "failed", trouble: "no answer within 5 s" }]);
    expect(there.asked.at(-1)?.question.id).toBe("rol_1.call_b.1");
  });

  test("lets no more than a hundred pairs wait", () => {
    const there = world();
    for (let number = 0; number < 105; number += 1) there.offer(`s${number}`);
    expect(there.skipped).toEqual(Array.from({ length: 5 }, () => "judge busy"));
  });

  test("does not ask what is too long to be asked", async () => {
    const there = world();
    there.offer("a", { text: "x".repeat(600_000) });
    await settled();
    expect(there.asked).toEqual([]);
    expect(there.kept).toMatchObject([{ verdict: "failed", trouble: "it is too long to be asked", questions: 0 }]);
  });
});

describe("the money of judging", () => {
  const COSTS = { questionPico: 10, budgetPico: 50 };

  test("is set aside where all servers see it before anything is asked, and given back where it was not needed", async () => {
    const there = world(COSTS);
    there.offer("a");
    await settled();
    expect(there.asked).toEqual([]);
    expect(there.kept).toMatchObject([{ verdict: "asking", costPico: "20" }]);
    there.comeBack(...there.kept);
    await settled();
    await answer(there, 0, { trouble: "it answered 500" });
    expect(there.kept.at(-1)).toMatchObject({ verdict: "failed", questions: 1, costPico: "-10" });
  });

  test("is refused in the place where others had set aside too much, and those are not asked", async () => {
    const there = world(COSTS);
    there.offer("a");
    const [asking] = there.kept;
    if (asking === undefined) throw new Error("Nothing was set aside.");
    // Another server's entries came first.
    there.comeBack({ ...asking, call: "call_other" }, { ...asking, call: "call_third" }, asking);
    await settled();
    expect(there.asked).toEqual([]);
    expect(there.kept.at(-1)).toMatchObject({ verdict: "unasked", costPico: "-20" });
    expect(there.skipped).toEqual(["judge money"]);
  });

  test("is not set aside twice where the budget is seen to be used up, nor where nothing can be written", () => {
    const there = world(COSTS);
    const asking = {
      at: 0,
      call: "call_x",
      verdict: "asking",
      questions: 0,
      isFlipped: false,
      costPico: "40",
      trouble: null,
    } as const;
    there.comeBack(asking);
    there.offer("a");
    expect(there.skipped).toEqual(["judge money"]);
    const full = world(COSTS);
    full.fill();
    full.offer("a");
    full.comeBack({ ...asking, call: "call_a" });
    expect(full.asked).toEqual([]);
  });

  test("is set aside in the budgets of live traffic when it is asked, and settled by what was asked", async () => {
    const there = world(COSTS);
    there.offer("a");
    expect(there.paid.asidePico).toBe(0n);
    there.comeBack(...there.kept);
    await settled();
    expect(there.paid.asidePico).toBe(20n);
    await answer(there, 0, { trouble: "it answered 500" });
    expect(there.paid.settledPico).toBe(10n);
  });

  test("is given back in its place where such a budget has no room, which is counted and named", async () => {
    const there = world(COSTS);
    there.paid.isThere = false;
    there.offer("a");
    there.comeBack(...there.kept);
    await settled();
    expect(there.asked).toEqual([]);
    expect(there.kept.at(-1)).toMatchObject({ verdict: "unasked", costPico: "-20" });
    expect(there.skipped).toEqual(["judge budget"]);
    expect(there.paid.refusedBy).toBe("company");
  });

  test("is settled before a server that stops has closed its budgets", async () => {
    const there = world(COSTS);
    there.offer("a");
    there.comeBack(...there.kept);
    await settled();
    there.judging.stop();
    await there.judging.settled();
    expect(there.paid.settledPico).toBe(10n);
  });

  test("comes back for what was never asked when the stage ends, and what was under way is stopped", async () => {
    const there = world({ ...COSTS, budgetPico: 1_000, atOnce: 1 });
    for (const name of ["a", "b", "c"]) there.offer(name);
    there.comeBack(...there.kept.slice(0, 2));
    await settled();
    there.judging.stop();
    await settled();
    expect(there.asked.map(({ isStopped }) => isStopped())).toEqual([true]);
    expect(there.kept.slice(3).map(({ verdict, costPico }) => [verdict, costPico])).toEqual([
      ["failed", "-10"],
      ["unasked", "-20"],
      ["unasked", "-20"],
    ]);
    there.offer("d");
    expect(there.kept).toHaveLength(6);
  });
});
