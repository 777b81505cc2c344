import { KeyRates } from "../../domain/limits/key-rates.ts";
import type { EvaluationContext } from "../../domain/flags/condition.ts";
import type { Evaluation } from "../../domain/flags/evaluation.ts";
import { Evaluator } from "../../domain/flags/evaluator.ts";
import { NO_FLAGS } from "../../domain/flags/flag.ts";
import type { Flag, FlagSet } from "../../domain/flags/flag.ts";
import { FAILED, FlagTally } from "../../domain/flags/flag-tally.ts";
import type { FlagKill } from "../../domain/flags/flag-kill.ts";
import type { Clock } from "../../ports/clock.ts";
import type { FlagSwitches } from "../../ports/flag-switches.ts";
import type { GatewaySettings } from "../gateway.ts";

/** What a flag desk is plugged into. */
export interface FlagDeskTerms {
  readonly clock: Clock;
  readonly switches: FlagSwitches;
  readonly settings: () => Pick<GatewaySettings, "environment" | "flags" | "evaluations">;
}

/** Where the flags of one environment are evaluated and counted. Never waits for anything. */
export class FlagDesk {
  readonly #terms: FlagDeskTerms;
  readonly #rates = new KeyRates();
  /** What has been evaluated here and is not written yet. */
  readonly tally = new FlagTally();

  constructor(terms: FlagDeskTerms) {
    this.#terms = terms;
  }

  get environment(): string {
    return this.#terms.settings().environment;
  }

  /** The flags in force. */
  get set(): FlagSet {
    return this.#terms.settings().flags ?? NO_FLAGS;
  }

  /** What killed a flag; `undefined` where nothing did. */
  killOf(flag: Flag): FlagKill | undefined {
    return this.#terms.switches.about(this.environment, flag.key);
  }

  /** Evaluates flags for one context at one moment, as they are asked for. */
  open(context: EvaluationContext): Evaluator {
    const { switches, clock } = this.#terms;
    const { set, environment } = this;
    const isKilled = (key: string): boolean => switches.about(environment, key) !== undefined;
    return new Evaluator({ set, environment, now: clock.now(), isKilled }, context);
  }

  /** Counts what an application was told. */
  note({ key, variant, error }: Evaluation): void {
    this.tally.note(key, error === null ? variant : FAILED, this.#terms.clock.now());
  }

  /** Lets a request of a key in (0), or says after how many milliseconds it may come again. */
  admit(keyId: string): number {
    const { evaluations: rate } = this.#terms.settings();
    return this.#rates.admit(keyId, rate, { now: this.#terms.clock.elapsed() });
  }
}
