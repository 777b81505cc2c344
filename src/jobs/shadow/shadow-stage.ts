import type { ShadowReading } from "../../domain/evidence/shadow-reading.ts";
import type { ShadowStage as StagePlan } from "../../domain/rollout/plan.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { ShadowEvidence } from "../../domain/shadow/shadow-evidence.ts";
import type { KeptShadowEntry, KeptShadowPair, ShadowEntry } from "../../domain/shadow/shadow-pair.ts";
import type { PairJudging } from "./pair-judging.ts";

/** Copies under way at the same time, of one stage on one server. */
export const MOST_COPIES = 4;

/** Pairs of a stage; beyond them nothing is left to learn. */
const MOST_PAIRS = 100_000;

/** Pairs that are kept for reading. */
const RECENT = 50;

/** Why a call of a sampled session was not copied. */
export type Skipped = "busy" | "tools" | "money" | "budget" | "lost" | "judge busy" | "judge money" | "judge budget";

/** How long no copy is begun after a budget of live traffic had no room for one, ms. */
const REST_MS = 1_000;

/** One shadow stage on this server: what it may spend, and what all servers have found. */
export class ShadowStageRun {
  readonly plan: StagePlan;
  readonly evidence: ShadowEvidence;
  readonly skipped: Partial<Record<Skipped, number>> = {};
  readonly #recent: KeptShadowPair[] = [];
  #position = 0;
  #underWay = 0;
  /** Cost of copies made here that have not come back from the store, pico-dollars. */
  #unreadPico = 0n;
  #largestPico = 0n;
  #isTight = false;
  #isOutOfMoney = false;
  /** Why the judge made nothing of a pair, the last time; `null` where it never was so. */
  judgeTrouble: string | null = null;
  /** The configured budget that had no room for the last copy or questions that were to be paid; `null` where all had. */
  noRoomIn: string | null = null;
  #restsUntil = 0;
  /** Has a judge compare the pairs of this server; `null` where none is asked. */
  judging: PairJudging | null = null;
  /** Whether what all servers have found up to some moment has been read. */
  isRead = false;
  /** Whether the rollout has gone on to what comes after its copies. */
  isOver = false;

  constructor(plan: StagePlan, rollout: Pick<Rollout, "plan">) {
    this.plan = plan;
    this.evidence = new ShadowEvidence(rollout.plan);
  }

  /** The position of the last pair that was read. */
  get position(): number {
    return this.#position;
  }

  /** The last pairs, newest first. */
  recent(): readonly KeptShadowPair[] {
    return this.#recent.toReversed();
  }

  skip(why: Skipped): void {
    this.skipped[why] = (this.skipped[why] ?? 0) + 1;
  }

  /**
   * Most that the next copy may cost, pico-dollars; `null` when none can be made now. A server takes its share of what all
   * servers have left, and a copy its share of that, so that together they stay within the budget. Where that has become
   * too little for a copy, they are made one by one, each with all that is left.
   */
  mostPico(servers: number): bigint | null {
    const { budgetPico } = this.plan;
    if (this.#underWay >= (this.#isTight ? 1 : MOST_COPIES) || this.isSpent) return null;
    if (budgetPico === null) return UNLIMITED_PICO;
    const left = (BigInt(budgetPico) - this.evidence.spentPico) / BigInt(Math.max(1, servers)) - this.#unreadPico;
    const most = this.#isTight ? left : left / BigInt(MOST_COPIES);
    return most > 0n ? most : null;
  }

  /** Whether no more copies come: their number, or the money for them, is used up. */
  get isSpent(): boolean {
    const { budgetPico } = this.plan;
    if (this.evidence.copies >= MOST_PAIRS || this.#isOutOfMoney) return true;
    return budgetPico !== null && this.evidence.spentPico + this.#largestPico >= BigInt(budgetPico);
  }

  /** A budget of live traffic had no room for a copy: its own is as it was, and the next one is tried a little later. */
  missed(budget: string, now: number): void {
    this.skip("budget");
    this.noRoomIn = budget;
    this.#restsUntil = now + REST_MS;
  }

  /** Whether a budget had no room a moment ago (monotonic ms). */
  isResting(now: number): boolean {
    return now < this.#restsUntil;
  }

  begun(): void {
    this.#underWay += 1;
  }

  /** A copy has ended, however it did; `costPico` is what it has cost. */
  ended(costPico: bigint): void {
    this.#underWay -= 1;
    this.#unreadPico += costPico;
  }

  /** A copy was refused its money: its share was too little, or, where it had all, what is left is. */
  refused(): void {
    if (this.#isTight) this.#isOutOfMoney = true;
    this.#isTight = true;
  }

  /** A pair that was found here has reached the store and will be read with all others. */
  written(entry: ShadowEntry): void {
    if ("pair" in entry) this.#unreadPico -= BigInt(entry.pair.copyPico);
  }

  read(kept: KeptShadowEntry): void {
    this.#position = kept.position;
    this.evidence.add(kept);
    if ("judgement" in kept) {
      this.judging?.read(kept.judgement);
      if (kept.judgement.trouble !== null) this.judgeTrouble = kept.judgement.trouble;
      return;
    }
    const pico = BigInt(kept.pair.copyPico);
    if (pico > this.#largestPico) this.#largestPico = pico;
    this.#recent.push(kept);
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  reading(): ShadowReading {
    return this.evidence.reading(this.isSpent);
  }
}

/** More than any call costs: a million dollars. */
const UNLIMITED_PICO = 10n ** 18n;
