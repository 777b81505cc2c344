import type { ShadowReading } from "../../domain/evidence/shadow-reading.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import type { KeptShadowEntry } from "../../domain/shadow/shadow-pair.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { Environments } from "../../gateway/gateway.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";
import type { CallToCopy, ShadowBook, ShadowBooks, ShadowCopies } from "../../ports/shadow-copies.ts";
import type { ShadowReadings } from "../../ports/shadow-readings.ts";
import type { PairJudge } from "../../ports/pair-judge.ts";
import type { NewShadowEntry, ShadowStore } from "../../ports/shadow-store.ts";
import { isQuiet } from "../backtest/is-quiet.ts";
import { PURSE_RULE } from "../backtest/purse.ts";
import { missingBudget } from "../copy-money/missing-budget.ts";
import { questionMoney } from "../copy-money/operator-budgets.ts";
import { beginCopy, isOfTools, keptCopy, pairOf } from "./copy-call.ts";
import type { FoundPair } from "./copy-call.ts";
import { NO_STAGE, openStage } from "./open-stage.ts";
import type { CallUnderWay } from "../backtest/replay-call.ts";
import { ShadowStageRun } from "./shadow-stage.ts";

/** What the desk is plugged into. */
export interface ShadowDeskTerms {
  readonly environments: () => Environments;
  readonly rollouts: Pick<RolloutStore, "list">;
  readonly store: ShadowStore;
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly replicaId: string;
  /** Servers that make copies at this moment, this one included. */
  readonly servers: () => number;
  /** Compares pairs where a plan wants that. */
  readonly judge: PairJudge;
}

/** How often pairs are written and read, ms. */
const EVERY_MS = 250;
/** Where no stage is under way, one look of so many reads anything: most servers never have one. */
const LOOKS = 4;
/** Pairs that wait to be written; a store that is away for longer loses the further ones. */
const MOST_WAITING = 1_000;
/** Pairs read at a time. */
const PAGE = 500;
/** Open rollouts that are looked at. */
const MOST_OPEN = 1_000;

/** Budgets of copies say no with one of these. */
const OUT_OF_MONEY: ReadonlySet<string | null> = new Set(["budget_spent", "budget_held", "budget_unknown"]);

const WHAT = "the copies of shadow stages";

/**
 * Makes the copies of shadow stages and reads what all servers have found. Copies are made after the call that they copy
 * has ended and only while live traffic has room to spare; pairs are evidence in the order in which the store has them.
 */
export class ShadowDesk implements ShadowCopies, ShadowReadings, ShadowBooks {
  readonly #terms: ShadowDeskTerms;
  readonly #stages = new Map<string, ShadowStageRun>();
  readonly #underWay = new Set<CallUnderWay>();
  #waiting: NewShadowEntry[] = [];
  /** Whether a try to write what waits has failed: some of it may be kept all the same. */
  #isRepeated = false;
  #looks = 0;
  #look: Promise<void> | null = null;
  #isTroubled = false;
  #isStopped = false;
  #cancel = (): void => {};

  constructor(terms: ShadowDeskTerms) {
    this.#terms = terms;
  }

  /** Begins to look for stages. */
  start(): void {
    this.#cancel = this.#terms.clock.after(EVERY_MS, () => {
      this.#look = this.look().finally(() => {
        this.#look = null;
        if (!this.#isStopped) this.start();
      });
    });
  }

  /** Makes no more copies, gives up those under way and writes what was found. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    const copies = [...this.#underWay];
    for (const copy of copies) copy.stop();
    const judgings = [...this.#stages.values()].flatMap(({ judging }) => judging ?? []);
    for (const judging of judgings) judging.stop();
    // What they have cost is to reach the budgets before those are closed.
    await Promise.allSettled([...copies.map(({ record }) => record), ...judgings.map((one) => one.settled())]);
    await this.#look;
    await this.look();
  }

  /** The stage as it is watched, or read again from the first pair on when it is over. */
  async show(rollout: Rollout): Promise<ShadowBook> {
    const watched = this.#stages.get(rollout.id);
    const stage = watched ?? new ShadowStageRun(rollout.plan.shadow ?? NO_STAGE, rollout);
    if (watched === undefined) await this.#read(rollout.id, stage);
    const { evidence, skipped, judgeTrouble, noRoomIn } = stage;
    return { evidence, skipped, judgeTrouble, noRoomIn, recent: stage.recent() };
  }

  async *entries(rolloutId: string): AsyncIterable<KeptShadowEntry> {
    let position = 0;
    for (;;) {
      const page = await this.#terms.store.readAfter(rolloutId, position, PAGE);
      yield* page;
      position = page.at(-1)?.position ?? position;
      if (page.length < PAGE) return;
    }
  }

  reading(rolloutId: string): ShadowReading | null {
    const stage = this.#stages.get(rolloutId);
    return stage?.isRead === true ? stage.reading() : null;
  }

  offer(call: CallToCopy): void {
    const stage = this.#stages.get(call.shadow.rolloutId);
    const live = this.#terms.environments().named(call.channel.environment);
    if (stage === undefined || live === undefined || this.#isStopped) return;
    const mostPico = stage.mostPico(this.#terms.servers());
    if (mostPico === null) return stage.skip(stage.isSpent ? "money" : "busy");
    if (stage.isResting(this.#terms.clock.elapsed())) return stage.skip("budget");
    if (!isQuiet(live, call.shadow.candidate)) return stage.skip("busy");
    stage.begun();
    // After the call's own books are closed: what is done here must not make its client wait.
    this.#terms.clock.after(0, () => void this.#copy(call, { stage, mostPico }));
  }

  /** Looks for stages, writes the pairs that wait and reads those of all servers. Never rejects. */
  async look(): Promise<void> {
    const { announcer } = this.#terms;
    try {
      const isThorough = this.#looks % LOOKS === 0;
      this.#looks += 1;
      if (isThorough || this.#isCopying) await this.#findStages();
      await this.#write();
      for (const [rolloutId, stage] of this.#stages) {
        if (isThorough || !stage.isOver) await this.#read(rolloutId, stage);
      }
      if (this.#isTroubled) announcer.recovered(WHAT);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(WHAT, error);
      this.#isTroubled = true;
    }
  }

  get #isCopying(): boolean {
    return [...this.#stages.values()].some(({ isOver }) => !isOver);
  }

  async #findStages(): Promise<void> {
    const open = await this.#terms.rollouts.list({ open: true, limit: MOST_OPEN });
    const ids = new Set(open.map(({ id }) => id));
    // What a stage has shown is still asked for while the rollout goes on.
    for (const [id, { judging }] of this.#stages) {
      if (ids.has(id)) continue;
      judging?.stop();
      this.#stages.delete(id);
    }
    for (const rollout of open) this.#watch(rollout);
  }

  #watch(rollout: Rollout): void {
    const { shadow } = rollout.plan;
    if (shadow === undefined || rollout.startedAt === null) return;
    const stage =
      this.#stages.get(rollout.id) ??
      openStage(shadow, rollout, {
        ...this.#terms,
        setAside: ({ environment, endpoint }, pico) =>
          questionMoney(this.#terms.environments().named(environment), endpoint)(pico),
        keep: (own, entry) => this.#keep(own, entry),
      });
    stage.isOver = rollout.phase !== "shadowing";
    if (stage.isOver) stage.judging?.stop();
    this.#stages.set(rollout.id, stage);
  }

  async #write(): Promise<void> {
    // A copy: more come in while these are written.
    const waiting = [...this.#waiting];
    if (waiting.length === 0) return;
    const isRepeated = this.#isRepeated;
    this.#isRepeated = true;
    await this.#terms.store.append(waiting, isRepeated);
    this.#isRepeated = false;
    this.#waiting = this.#waiting.slice(waiting.length);
    for (const entry of waiting) this.#stages.get(entry.rolloutId)?.written(entry);
  }

  async #read(rolloutId: string, stage: ShadowStageRun): Promise<void> {
    for (;;) {
      const kept = await this.#terms.store.readAfter(rolloutId, stage.position, PAGE);
      for (const one of kept) stage.read(one);
      if (kept.length < PAGE) break;
    }
    stage.isRead = true;
  }

  async #copy(
    call: CallToCopy,
    { stage, mostPico }: { readonly stage: ShadowStageRun; readonly mostPico: bigint },
  ): Promise<void> {
    const { clock, replicaId, announcer } = this.#terms;
    const live = this.#terms.environments().named(call.channel.environment);
    let spentPico = 0n;
    try {
      if (live === undefined) return;
      if (stage.plan.tools === "stub" && isOfTools(call)) return stage.skip("tools");
      const copy = beginCopy(call, { live, replicaId, mostPico });
      this.#underWay.add(copy);
      const record = await copy.record.finally(() => this.#underWay.delete(copy));
      spentPico = record.facts.costPico;
      const missing = missingBudget(record.facts, PURSE_RULE.name);
      // Nobody was asked, and while a budget has no room it is so every second: nobody wants to read of that.
      if (missing !== null) return stage.missed(missing.budget, clock.elapsed());
      stage.noRoomIn = null;
      live.recorder.record(keptCopy(record, call));
      if (OUT_OF_MONEY.has(record.facts.errorCode)) stage.refused();
      // One that was given up, because the server stops, says nothing.
      else if (record.facts.outcome !== "abandoned")
        this.#found(call, stage, pairOf(call, record, { live, at: clock.now() }));
    } catch (error) {
      announcer.troubled(`a copy for the rollout ${call.shadow.rolloutId}`, error);
    } finally {
      stage.ended(spentPico);
    }
  }

  #found({ shadow: { rolloutId }, channel, unit }: CallToCopy, stage: ShadowStageRun, found: FoundPair): void {
    const session = sha256Hex(unit).slice(0, 32);
    this.#keep(stage, { rolloutId, session, pair: found.pair });
    if (stage.isRead) stage.judging?.offer({ session, ...channel, ...found });
  }

  /** Whether there was room. */
  #keep(stage: ShadowStageRun, entry: NewShadowEntry): boolean {
    // The store has been away for too long.
    if (this.#waiting.length >= MOST_WAITING) {
      stage.skip("lost");
      return false;
    }
    this.#waiting.push(entry);
    return true;
  }
}
