import type { JsonObject } from "../../domain/json.ts";
import { knownVerdict } from "../../domain/shadow/verdict-of.ts";
import type { ShadowEvidence } from "../../domain/shadow/shadow-evidence.ts";
import type { PairJudgement, ShadowPair } from "../../domain/shadow/shadow-pair.ts";
import { hmacUnit, sha256Hex } from "../../kit/hash.ts";
import type { Clock } from "../../ports/clock.ts";
import type { BudgetRefusal } from "../../ports/budget-ledger.ts";
import type { PairJudge, ShownAnswer } from "../../ports/pair-judge.ts";
import type { SetAside } from "../copy-money/operator-budgets.ts";
import { askInBothOrders, QUESTIONS_PER_PAIR } from "../judging/ask-in-both-orders.ts";
import type { PairsJudgePlan } from "../judging/ask-in-both-orders.ts";
import { askPaid } from "../judging/ask-paid.ts";

/** A pair to be judged, with what both sides said. */
export interface PairToJudge {
  /** The session without its name. */
  readonly session: string;
  readonly pair: ShadowPair;
  readonly endpoint: string;
  readonly environment: string;
  /** What the client sent; `null` where it cannot be read. */
  readonly request: () => JsonObject | null;
  /** `null` where a side has none. */
  readonly stable: ShownAnswer | null;
  readonly candidate: ShownAnswer | null;
}

/** What judging needs. */
export interface PairJudgingTerms {
  readonly rolloutId: string;
  readonly judge: PairJudge;
  readonly clock: Clock;
  /** What all servers have found so far. */
  readonly evidence: Pick<ShadowEvidence, "judgedPico" | "isJudged">;
  /** Takes what was found, in the order of the pairs; false where there is no room. */
  keep(session: string, judgement: PairJudgement): boolean;
  /** Sets the money for a pair's questions aside in the budgets of live traffic, too. */
  setAside(one: PairToJudge, pico: bigint): ReturnType<SetAside>;
  skip(why: "judge busy" | "judge money" | "judge budget"): void;
  /** Hears which of these budgets had no room. */
  unpaid(budget: string): void;
}

/** Pairs that wait for the judge; one that is too slow for the traffic misses the further ones. */
const MOST_IN_LINE = 100;

interface InLine {
  readonly one: PairToJudge;
  judgement: PairJudgement | null;
}

/**
 * Has a judge compare the pairs that one server finds, beside everything else: nothing waits for it. Each pair is asked in
 * both orders. What it says is kept in the order of the pairs, so that pairs that are quickly judged do not come first.
 * What questions may cost is set aside among the entries that all servers share before any is asked, so that all of them
 * together stay within the budget, whatever each knows of the others.
 */
export class PairJudging {
  readonly #plan: PairsJudgePlan;
  readonly #terms: PairJudgingTerms;
  /** Most that one pair costs, pico-dollars. */
  readonly #mostPico: bigint;
  /** Pairs in order, judged or not. */
  #line: InLine[] = [];
  /** Those for which money is being set aside, by the copy's call. */
  readonly #reserving = new Map<string, InLine>();
  #waiting: InLine[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(plan: PairsJudgePlan, terms: PairJudgingTerms) {
    this.#plan = plan;
    this.#terms = terms;
    this.#mostPico = BigInt(QUESTIONS_PER_PAIR) * BigInt(plan.pairs.questionPico);
  }

  /** Takes a pair, or leaves it. Never waits. */
  offer(one: PairToJudge): void {
    const { session, pair } = one;
    if (this.#stop.signal.aborted || !this.#isSampled(session) || this.#isTaken(session)) return;
    const known = knownVerdict(pair);
    if (known === "nothing") return;
    if (this.#line.length >= MOST_IN_LINE) return this.#terms.skip("judge busy");
    if (known !== null) {
      this.#line.push({ one, judgement: this.#judgement(pair, { verdict: known }) });
      return this.#release();
    }
    if (!this.#hasRoomFor(this.#mostPico)) return this.#terms.skip("judge money");
    const waiting = { one, judgement: null };
    this.#line.push(waiting);
    if (this.#mostPico > 0n) this.#reserve(waiting);
    else this.#queue(waiting);
  }

  /** An entry has come back from the store, in the place that it has among those of all servers. */
  read({ verdict, call }: PairJudgement): void {
    const waiting = verdict === "asking" ? this.#reserving.get(call) : undefined;
    if (waiting === undefined) return;
    this.#reserving.delete(call);
    if (this.#hasRoomFor(0n)) return this.#queue(waiting);
    this.#terms.skip("judge money");
    waiting.judgement = this.#judgement(waiting.one.pair, { verdict: "unasked" });
    this.#release();
  }

  /** Asks no more, gives up what is under way, and gives back what was set aside for the others. */
  stop(): void {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    for (const waiting of [...this.#waiting, ...this.#reserving.values()]) {
      waiting.judgement = this.#judgement(waiting.one.pair, { verdict: "unasked" });
    }
    this.#waiting = [];
    this.#reserving.clear();
    this.#release();
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #hasRoomFor(morePico: bigint): boolean {
    const { budgetPico } = this.#plan.pairs;
    return budgetPico === null || this.#terms.evidence.judgedPico + morePico <= BigInt(budgetPico);
  }

  #reserve(waiting: InLine): void {
    const { session, pair } = waiting.one;
    const { call } = pair.candidate;
    this.#reserving.set(call, waiting);
    const asking = { at: this.#terms.clock.now(), call, questions: 0, isFlipped: false, trouble: null };
    if (this.#terms.keep(session, { ...asking, verdict: "asking", costPico: this.#mostPico.toString() })) return;
    this.#reserving.delete(call);
    this.#line = this.#line.filter((one) => one !== waiting);
  }

  #queue(waiting: InLine): void {
    this.#waiting.push(waiting);
    this.#begin();
  }

  /** A share of the sessions by a hash that has nothing to do with which of them are copied. */
  #isSampled(session: string): boolean {
    const { sample } = this.#plan;
    return sample >= 1 || hmacUnit(sha256Hex(`judged pairs\n${this.#terms.rolloutId}`), session) < sample;
  }

  #isTaken(session: string): boolean {
    return this.#terms.evidence.isJudged(session) || this.#line.some(({ one }) => one.session === session);
  }

  #begin(): void {
    while (this.#underWay.size < this.#plan.pairs.atOnce) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const asked: Promise<void> = this.#judge(next).finally(() => {
        this.#underWay.delete(asked);
        this.#release();
        this.#begin();
      });
      this.#underWay.add(asked);
    }
  }

  async #judge(waiting: InLine): Promise<void> {
    const { endpoint, environment, pair, stable, candidate, ...one } = waiting.one;
    const { rolloutId, judge, clock } = this.#terms;
    if (stable === null || candidate === null) throw new Error("A pair without both answers was to be judged.");
    const id = `${rolloutId}.${pair.candidate.call}`;
    const asked = { id, endpoint, environment, request: one.request(), stable, candidate };
    const { signal } = this.#stop;
    const found = await askPaid(
      this.#plan,
      (pico) => this.#terms.setAside(waiting.one, pico),
      () => askInBothOrders(this.#plan, asked, { judge, clock, signal }),
    );
    waiting.judgement = this.#judgement(pair, "verdict" in found ? found : this.#unpaid(found));
  }

  /** A budget of live traffic has no room: what was set aside for the pair is given back. */
  #unpaid({ account }: BudgetRefusal): Pick<PairJudgement, "verdict"> {
    this.#terms.skip("judge budget");
    this.#terms.unpaid(account.budget);
    return { verdict: "unasked" };
  }

  /** With the difference to what was set aside for it, which is nothing where nothing was to be asked. */
  #judgement(
    { candidate: { call } }: ShadowPair,
    found: Pick<PairJudgement, "verdict"> & Partial<PairJudgement>,
  ): PairJudgement {
    const questions = found.questions ?? 0;
    const isKnown = questions === 0 && (found.trouble ?? null) === null && found.verdict !== "unasked";
    const costPico = isKnown
      ? "0"
      : (BigInt(questions) * BigInt(this.#plan.pairs.questionPico) - this.#mostPico).toString();
    return { at: this.#terms.clock.now(), call, isFlipped: false, trouble: null, ...found, questions, costPico };
  }

  /** Hands on what is judged, up to the first pair that is not. */
  #release(): void {
    for (;;) {
      const first = this.#line[0];
      if (first === undefined || first.judgement === null) return;
      this.#line.shift();
      this.#terms.keep(first.one.session, first.judgement);
    }
  }
}
