import type { CallFacts } from "../../domain/call/call-record.ts";
import { isLogged } from "../../domain/call/is-logged.ts";
import type { LoggedCalls } from "../../domain/telemetry/telemetry-settings.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";

/** Lines for failed calls in one second: an outage must not fill the disk with a line for every call. */
const MOST_A_SECOND = 100;

/** What the log of calls needs. */
export interface CallLogTerms {
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly which: () => LoggedCalls;
}

/** Tells the log of calls that have ended: of those that are wanted, and of errors no more than it bears. */
export class CallLog {
  readonly #terms: CallLogTerms;
  #second = Number.NaN;
  #told = 0;
  #untold = 0;

  constructor(terms: CallLogTerms) {
    this.#terms = terms;
  }

  /** Looks at a call that has ended. */
  note(facts: CallFacts): void {
    const { announcer, which } = this.#terms;
    const wanted = which();
    if (announcer.callEnded === undefined || !isLogged(facts, wanted)) return;
    if (wanted === "errors" && !this.#hasRoom()) return;
    announcer.callEnded(facts, this.#takeUntold());
  }

  #hasRoom(): boolean {
    const second = Math.floor(this.#terms.clock.elapsed() / 1_000);
    if (second !== this.#second) this.#told = 0;
    this.#second = second;
    this.#told += 1;
    if (this.#told <= MOST_A_SECOND) return true;
    this.#untold += 1;
    return false;
  }

  #takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }
}
