import { Purse } from "../../domain/budgets/purse.ts";
import type { BudgetAccount } from "../../domain/budgets/budget-rule.ts";
import type { BankAnswer, BankOrder, BudgetBank } from "../../ports/budget-bank.ts";
import type {
  BudgetAlert,
  BudgetClaim,
  BudgetCounts,
  BudgetHold,
  BudgetLedger,
  BudgetRefusal,
} from "../../ports/budget-ledger.ts";
import type { Clock } from "../../ports/clock.ts";
import { orderOf } from "./orders.ts";
import type { Demand } from "./orders.ts";

/** What a ledger is plugged into. */
export interface LeasedLedgerTerms {
  readonly bank: BudgetBank;
  /** Unique over all replicas and starts. */
  readonly replicaId: string;
  readonly clock: Clock;
  readonly onAlert: (alert: BudgetAlert) => void;
  /** Hears once when the bank stops answering, and once (`null`) when it does again. */
  readonly onTrouble: (trouble: unknown) => void;
}

/** The bank hears of what was spent within this time, ms. */
const TELL_MS = 200;
/** Longest wait of a call for the bank, ms. */
const ANSWER_MS = 1_000;
/** While the bank is away it is tried this often, ms. */
const PROBE_MS = 500;
/** What the bank has refused is not asked for again before this, ms. */
const DRY_MS = 50;
/** A purse that nobody has used for this long is emptied, ms. */
const IDLE_MS = 60_000;
/** How often purses are looked through for idle ones, ms. */
const SWEEP_MS = 10_000;
/** Exchanges that may be without an answer: a database that hangs must not get one more with every try. */
const MOST_UNANSWERED = 3;
/** Orders in one transaction. */
const BATCH = 500;
/** A call that waits is overtaken by others at most this often. */
const ROUNDS = 5;

/** What is to be reserved, in all purses or in none. */
interface Wanted {
  readonly purses: readonly Purse[];
  readonly amount: bigint;
  readonly claim: BudgetClaim;
}

interface Waiter extends Wanted {
  rounds: number;
  readonly resolve: (answer: BudgetRefusal | null) => void;
}

/**
 * A ledger that draws from leases of a bank. What it holds is spent without asking; the bank is told afterwards, and
 * asked when what is held does not suffice. One exchange is under way at a time: calls that wait share it.
 */
export class LeasedLedger implements BudgetLedger {
  readonly #terms: LeasedLedgerTerms;
  readonly #purses = new Map<string, Purse>();
  readonly #dirty = new Set<Purse>();
  #waiting: Waiter[] = [];
  #isBusy = false;
  #isClosed = false;
  #stopTick: (() => void) | null = null;
  #stopSweep: (() => void) | null = null;
  #awayUntil = 0;
  #trouble: string | null = null;
  #unanswered = 0;
  #open = 0;
  #opened = 0;

  constructor(terms: LeasedLedgerTerms) {
    this.#terms = terms;
  }

  reserve(
    accounts: readonly BudgetAccount[],
    amountPico: bigint,
    claim: BudgetClaim = "live",
  ): BudgetHold | BudgetRefusal | Promise<BudgetHold | BudgetRefusal> {
    const wanted = { purses: accounts.map((account) => this.#purseOf(account)), amount: amountPico, claim };
    const refusal = this.#take(wanted);
    if (refusal === null) return this.#hold(wanted);
    if (!(refusal instanceof Promise)) return refusal;
    return refusal.then((one) => one ?? this.#hold(wanted));
  }

  counts(): BudgetCounts {
    return { accounts: this.#purses.size, open: this.#open, trouble: this.#trouble };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTick?.();
    this.#stopSweep?.();
    for (const purse of this.#purses.values()) {
      purse.giveBack(1n, true);
      if (purse.isDirty) this.#dirty.add(purse);
    }
    // What cannot be returned stays held: that is safe, and an end must not wait for it.
    while (this.#dirty.size > 0 && this.#trouble === null) await this.#exchange();
  }

  #purseOf(account: BudgetAccount): Purse {
    let purse = this.#purses.get(account.id);
    if (purse === undefined) {
      this.#opened += 1;
      const { replicaId, bank } = this.#terms;
      purse = new Purse(account, { lease: `${replicaId}.${this.#opened}`, ahead: bank.ahead }, this.#now());
      this.#purses.set(account.id, purse);
      this.#stopSweep ??= this.#terms.clock.after(SWEEP_MS, () => this.#sweep());
    }
    purse.account = account;
    if (purse.limitPico !== account.limitPico) purse.changeLimit(account.limitPico);
    return purse;
  }

  /** Reserves in all purses: `null` when done, a refusal, or a promise of either where the bank must be asked. */
  #take(wanted: Wanted): null | BudgetRefusal | Promise<BudgetRefusal | null> {
    const { purses, amount, claim } = wanted;
    const now = this.#now();
    const short = purses.find((purse) => purse.freePico < amount);
    if (short !== undefined && (now < this.#awayUntil || this.#isClosed)) return this.#withoutBank(wanted);
    if (claim === "spare" && purses.some(({ roomPico }) => roomPico === null) && short !== undefined) {
      // What is left is asked for first: what was granted and may not be taken others would miss for a moment.
      return this.#ask({ purses, amount: 0n, claim }).then((refusal) => refusal ?? this.#take(wanted));
    }
    const narrow = narrowFor(wanted);
    if (narrow !== undefined) {
      // Others may have given back meanwhile: who asks again is to know.
      this.#touch(narrow);
      return this.#refuse(narrow, wanted);
    }
    if (short === undefined) {
      this.#reserveIn(purses, amount);
      return null;
    }
    const dry = purses.find((purse) => purse.isDryOf(amount, now));
    return dry === undefined ? this.#ask(wanted) : this.#refuse(dry, wanted);
  }

  #ask(wanted: Wanted): Promise<BudgetRefusal | null> {
    for (const purse of wanted.purses) purse.want(wanted.amount, this.#now());
    return new Promise((resolve) => {
      this.#waiting.push({ ...wanted, rounds: 0, resolve });
      void this.#work();
    });
  }

  #reserveIn(purses: readonly Purse[], amount: bigint): void {
    const now = this.#now();
    for (const purse of purses) {
      purse.reserve(amount, now);
      // Refilled in the background, so that the next calls need not wait.
      if (purse.aheadPico(this.#terms.bank.shareDivisor) > 0n && purse.roomPico !== 0n) this.#touch(purse);
    }
  }

  #hold({ purses, amount: first, claim }: Wanted): BudgetHold {
    let amount = first;
    let isOver = false;
    this.#open += 1;
    const close = (sum: bigint, cost: bigint): void => {
      for (const purse of purses) {
        purse.settle(sum, cost, this.#now());
        this.#touch(purse);
      }
    };
    const extended = (more: bigint) => (refusal: BudgetRefusal | null) => {
      if (refusal !== null) return refusal;
      // The call has ended while the bank was asked.
      if (isOver) close(more, 0n);
      else amount += more;
      return null;
    };
    return {
      get amountPico() {
        return amount;
      },
      extend: (more) => {
        const refusal = this.#take({ purses, amount: more, claim });
        return refusal instanceof Promise ? refusal.then(extended(more)) : extended(more)(refusal);
      },
      settle: (cost) => {
        if (isOver) return;
        isOver = true;
        this.#open -= 1;
        close(amount, cost);
      },
    };
  }

  #touch(purse: Purse): void {
    this.#dirty.add(purse);
    if (this.#isClosed) return;
    this.#stopTick ??= this.#terms.clock.after(TELL_MS, () => {
      this.#stopTick = null;
      void this.#work();
    });
  }

  /** Exchanges with the bank for as long as calls wait for it. */
  async #work(): Promise<void> {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    do await this.#exchange();
    while (this.#waiting.length > 0);
    this.#isBusy = false;
    const [dirty] = this.#dirty;
    if (dirty !== undefined) this.#touch(dirty);
  }

  async #exchange(): Promise<void> {
    const demands = demandsOf(this.#waiting);
    const asked = this.#waiting;
    const purses = [...new Set([...demands.keys(), ...this.#dirty])].slice(0, BATCH);
    const { bank } = this.#terms;
    for (const purse of purses)
      if (!demands.has(purse)) purse.giveBack(bank.shareDivisor, this.#isClosed || this.#isEnded(purse));
    const orders = purses.map((purse) => orderOf(purse, demands.get(purse) ?? null, bank.shareDivisor));
    for (const purse of purses) {
      this.#dirty.delete(purse);
      purse.wasRefused = false;
    }
    try {
      const answers = await this.#inTime(() => bank.exchange(orders));
      for (const [index, purse] of purses.entries()) this.#took(purse, orders[index], answers[index]);
      this.#heard(null);
    } catch (error) {
      for (const [index, purse] of purses.entries()) {
        this.#dirty.add(purse);
        purse.wasRefused ||= orders[index]?.refused === true;
      }
      this.#heard(error);
    }
    this.#serve(asked, new Set(purses));
  }

  #took(purse: Purse, order: BankOrder | undefined, answer: BankAnswer | undefined): void {
    if (order === undefined || answer === undefined) return;
    purse.grantedPico = answer.grantedPico;
    purse.roomPico = answer.roomPico;
    purse.totalSettledPico = answer.settledPico;
    purse.told(order);
    this.#tell(purse, order, answer);
    if (purse.isDirty) this.#dirty.add(purse);
  }

  /** Tells a threshold once; the bank, which may ask for it again, hears of it with the next order. */
  #tell(purse: Purse, { limitPico }: BankOrder, { crossed, settledPico }: BankAnswer): void {
    if (crossed === null) return;
    // One of a budget that was changed meanwhile is asked for anew.
    if (limitPico !== purse.limitPico) this.#dirty.add(purse);
    else if (crossed > purse.toldPercent) {
      purse.toldPercent = crossed;
      this.#terms.onAlert({ account: purse.account, percent: crossed, settledPico });
    }
  }

  /** Lets go on who can, in the order in which they came; refuses whom the bank has nothing for. */
  #serve(asked: readonly Waiter[], answered: ReadonlySet<Purse>): void {
    const waiting = new Set(this.#waiting);
    for (const waiter of asked) {
      const { purses, amount, claim } = waiter;
      const short = purses.find((purse) => purse.freePico < amount);
      const narrow = narrowFor(waiter);
      if (short === undefined && narrow === undefined) {
        this.#reserveIn(purses, amount);
        waiter.resolve(null);
      } else if (short === undefined && narrow !== undefined) {
        this.#touch(narrow);
        waiter.resolve(this.#refuse(narrow, waiter));
      } else if (this.#now() < this.#awayUntil) waiter.resolve(this.#withoutBank(waiter));
      else if (short !== undefined && answered.has(short) && (isDry(short, amount) || waiter.rounds >= ROUNDS)) {
        if (claim === "live") short.refused(amount, this.#now() + DRY_MS);
        waiter.resolve(this.#refuse(short, waiter));
      } else {
        waiter.rounds += 1;
        continue;
      }
      waiting.delete(waiter);
    }
    this.#waiting = [...waiting];
  }

  #refuse(purse: Purse, { amount, claim }: Wanted): BudgetRefusal {
    const { account, roomPico, limitPico, totalSettledPico } = purse;
    const mostPico = claim === "spare" ? purse.sparePico : limitPico;
    const reason = totalSettledPico + amount > mostPico ? "spent" : "held";
    // A call too dear for a budget that is hardly used says nothing of the budget, nor does one that nobody waits for.
    if (claim === "live" && reason === "spent" && totalSettledPico * 10n >= limitPico * 9n) {
      purse.wasRefused = true;
      this.#touch(purse);
    }
    return { account, reason, roomPico: roomPico === null ? null : limitPico - totalSettledPico };
  }

  /** Nobody can be asked: the purses' own policies decide. */
  #withoutBank({ purses, amount, claim }: Wanted): BudgetRefusal | null {
    const isClosed = ({ freePico, account }: Purse): boolean =>
      freePico < amount && (claim === "spare" || account.whenUnreachable === "refuse");
    const closed = purses.find(isClosed);
    if (closed === undefined) {
      this.#reserveIn(purses, amount);
      return null;
    }
    return { account: closed.account, reason: "unreachable", roomPico: null };
  }

  #heard(error: unknown): void {
    const wasAway = this.#trouble !== null;
    this.#trouble = error === null ? null : error instanceof Error ? error.message : "the bank failed";
    this.#awayUntil = error === null ? 0 : this.#now() + PROBE_MS;
    if (wasAway !== (error !== null)) this.#terms.onTrouble(error);
  }

  async #inTime<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#unanswered >= MOST_UNANSWERED) throw new Error("the budgets' database still does not answer");
    const late = Promise.withResolvers<never>();
    const cancel = this.#terms.clock.after(ANSWER_MS, () =>
      late.reject(new Error(`the budgets' database did not answer within ${ANSWER_MS} ms`)),
    );
    this.#unanswered += 1;
    const heard = (): void => void (this.#unanswered -= 1);
    const answer = ask();
    answer.then(heard, heard);
    return Promise.race([answer, late.promise]).finally(cancel);
  }

  /** Empties purses that nobody uses and forgets them once the bank knows. */
  #sweep(): void {
    const now = this.#now();
    for (const purse of this.#purses.values()) {
      if (!this.#isEnded(purse) && now - purse.usedAt < IDLE_MS) continue;
      purse.giveBack(1n, true);
      if (purse.isDirty) this.#touch(purse);
      else if (purse.reservedPico === 0n && purse.freePico === 0n) this.#purses.delete(purse.account.id);
    }
    this.#stopSweep = this.#purses.size === 0 ? null : this.#terms.clock.after(SWEEP_MS, () => this.#sweep());
  }

  #isEnded({ account }: Purse): boolean {
    return account.endsAt !== null && account.endsAt <= this.#terms.clock.now();
  }

  #now(): number {
    return this.#terms.clock.elapsed();
  }
}

const isDry = (purse: Purse, amount: bigint): boolean => (purse.roomPico ?? 0n) < amount - purse.freePico;

/** The purse that would have too little left for live calls. */
const narrowFor = ({ purses, amount, claim }: Wanted): Purse | undefined =>
  claim === "spare" && amount > 0n ? purses.find((purse) => !purse.sparesLive(amount)) : undefined;

/** What the waiting calls want of each purse that is short of it. */
function demandsOf(waiting: readonly Waiter[]): ReadonlyMap<Purse, Demand> {
  const demands = new Map<Purse, Demand>();
  for (const { purses, amount } of waiting) {
    for (const purse of purses) {
      const known = demands.get(purse);
      demands.set(purse, {
        leastPico: known === undefined || amount < known.leastPico ? amount : known.leastPico,
        sumPico: (known?.sumPico ?? 0n) + amount,
      });
    }
  }
  return demands;
}
