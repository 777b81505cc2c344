import type { Key } from "../domain/access/key.ts";
import type { ErrorTally } from "../domain/access/error-tally.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import type { BudgetRule } from "../domain/budgets/budget-rule.ts";
import type { Calibration } from "../domain/context/calibration.ts";
import type { AnswerLengths } from "../domain/limits/answer-lengths.ts";
import type { BalanceStrategy } from "../domain/health/balance.ts";
import type { HealthBoard } from "../domain/health/target-health.ts";
import type { FlagSet } from "../domain/flags/flag.ts";
import type { LimitRule, QueueRule, Rate } from "../domain/limits/limit-rule.ts";
import type { SplitLimits } from "../domain/limits/split-limits.ts";
import type { ShedThresholds } from "../domain/limits/shedding.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { BudgetLedger } from "../ports/budget-ledger.ts";
import type { Clock } from "../ports/clock.ts";
import type { Dialect, DialectName } from "../ports/dialect.ts";
import type { Ids } from "../ports/ids.ts";
import type { KeyRing } from "../ports/key-ring.ts";
import type { CallRecorder } from "../ports/call-recorder.ts";
import type { Limiter } from "../ports/limiter.ts";
import type { SpendBook } from "../domain/spend/spend-book.ts";
import type { Pauses } from "../ports/pauses.ts";
import type { Pins } from "../ports/pins.ts";
import type { Provider } from "../ports/provider.ts";
import type { Routes } from "../ports/routes.ts";
import type { ShadowCopies } from "../ports/shadow-copies.ts";
import type { SessionRoutes } from "../ports/session-routes.ts";
import type { Summaries } from "../ports/summaries.ts";
import type { TokenCounters } from "../ports/token-counter.ts";
import type { SessionObserver } from "../ports/session-observer.ts";
import type { SessionSource } from "../domain/traffic/assignment.ts";
import type { ResultPolicies } from "../domain/results/result-policy.ts";
import type { CallsUnderWay } from "./calls-under-way.ts";
import type { CacheDesk } from "./cache/cache-desk.ts";
import type { FlagDesk } from "./flags/flag-desk.ts";
import type { Overload } from "./meters/overload.ts";
import type { ProviderLimits } from "./meters/provider-limits.ts";
import type { WaitingRoom } from "./meters/waiting-room.ts";
import type { PrefixDesk } from "./prompt-cache/prefix-desk.ts";
import type { ResultDesk } from "./results/result-desk.ts";

/** Bounds of the gateway. */
export interface GatewayLimits {
  /** Largest request body, bytes. */
  readonly bodyBytes: number;
  /** Largest answer kept or delivered whole, bytes. */
  readonly answerBytes: number;
  /** Calls in flight; one more is refused. */
  readonly inFlight: number;
  /** Connections of one client's network at the same time; one more is shut out. */
  readonly connectionsPerAddress: number;
  /** Most that kept answers take in this process, bytes. */
  readonly cacheBytes: number;
  /** The same for results of tools and retrieved passages. */
  readonly resultBytes: number;
  /** Whether the limits of providers are learnt from their answers; absent is yes. */
  readonly learned?: boolean;
  /** From where on calls are refused so that others are served in time; absent or `null` is nowhere. */
  readonly shedAt?: ShedThresholds | null;
}

/** Several providers that serve the same models under the same ids. */
export interface Pool {
  readonly balance: BalanceStrategy;
  /** Names of providers with their weights. */
  readonly members: ReadonlyMap<string, number>;
  readonly models: readonly string[];
}

/** What calls are measured by. */
export interface Meters {
  readonly limits: readonly LimitRule[];
  /** The same apart; absent where none goes by the model. */
  readonly split?: SplitLimits;
  readonly budgets: readonly BudgetRule[];
  /** Whether calls over a limit wait; absent or `null` refuses them at once. */
  readonly queue?: QueueRule | null;
}

/** Who is told which trace a call belongs to. */
export interface TracingRule {
  /** Names of providers whose requests carry `traceparent`. */
  readonly propagateTo: ReadonlySet<string>;
  /** Share of the traces that are marked as recorded where the caller says nothing. */
  readonly share: number;
}

/** The part of the configuration that the request's way reads: immutable, swapped whole. */
export interface GatewaySettings {
  readonly environment: string;
  /** False before a project is in force there. Absent is yes. */
  readonly isServed?: boolean;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Names that stand for several providers. */
  readonly pools: ReadonlyMap<string, Pool>;
  /** Further names of endpoints and of `provider/model`. */
  readonly aliases?: ReadonlyMap<string, string>;
  /** Version of the price table, recorded with every cost. */
  readonly priceVersion: string;
  readonly limits: GatewayLimits;
  /** Whose results of tools and retrieved passages are kept; absent where nobody's are. */
  readonly results?: ResultPolicies;
  /** Absent where calls are not measured. */
  readonly meters?: Meters;
  /** Rules that stop calls by themselves; absent where there are none. */
  readonly pauseRules?: readonly PauseRule[];
  /** Flags and segments; absent where there are none. */
  readonly flags?: FlagSet;
  /** Pages whose scripts may ask for flags, by their origin; absent is none. */
  readonly flagOrigins?: readonly string[];
  /** Which providers are told of traces; absent is none. */
  readonly tracing?: TracingRule;
  /** How often a key may ask for flags; absent or `null` is as often as it likes. */
  readonly evaluations?: Rate | null;
  /** How much a key may send of feedback and metrics; absent is as much as it likes. */
  readonly feedbackRate?: Rate;
  /** Where each endpoint looks for a session's identity, in order. */
  readonly sessions: ReadonlyMap<string, readonly SessionSource[]>;
}

/** The environments that one server serves. Each has a gateway of its own: what one knows and counts, no other sees. */
export interface Environments {
  /** The server's own: that of keys which name none. */
  readonly own: string;
  /** The gateway of a key's environment. One that nobody has applied a project for has no endpoints. */
  forKey(key: Pick<Key, "environment">): Gateway;
  /** `undefined` where the server serves no such environment. */
  named(environment: string): Gateway | undefined;
  /** The server's own first. */
  all(): readonly Gateway[];
}

/** Everything a request's way is plugged into, in one environment. */
export interface Gateway {
  readonly environments: Environments;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: KeyRing;
  readonly pauses: Pauses;
  /** What this process spends. */
  readonly spend: Pick<SpendBook, "note">;
  /** Counts failed calls for the rules of pauses; absent where nobody looks. */
  readonly errors?: Pick<ErrorTally, "note">;
  readonly routes: Routes;
  readonly pins: Pins;
  /** Which route a session is on, where its release has routing. */
  readonly sessionRoutes: SessionRoutes;
  readonly observer: SessionObserver;
  readonly recorder: CallRecorder;
  /** Takes calls to copy for shadow stages; absent where none are made. */
  readonly copies?: ShadowCopies;
  /** Hears of faults of ours inside a call. */
  readonly announcer: Announcer;
  /** Every dialect that a provider may be asked in. */
  readonly dialects: ReadonlyMap<DialectName, Dialect>;
  /** What is known of the targets' health. */
  readonly health: HealthBoard;
  /** Answers that were kept, and the questions under way. */
  readonly cache: CacheDesk;
  /** Where flags are evaluated. */
  readonly flags: FlagDesk;
  /** Results of tools and retrieved passages that applications have brought. */
  readonly results: ResultDesk;
  /** What was learnt of the beginnings that providers keep. */
  readonly prefixes: PrefixDesk;
  /** Lets calls in by their limits. */
  readonly limiter: Limiter;
  /** Where calls over a limit wait. */
  readonly waiting: WaitingRoom;
  /** Learns the limits of providers from their answers. */
  readonly learned: ProviderLimits;
  /** Says who is refused when there is too much to do. */
  readonly overload: Overload;
  /** The calls that are not answered; absent where no stop of the server ends them. */
  readonly underWay?: CallsUnderWay;
  /** Sets money aside for calls. */
  readonly budgets: BudgetLedger;
  readonly tokens: TokenCounters;
  /** What was learnt of the counts of models. */
  readonly calibration: Calibration;
  /** What was learnt of the answers to calls without a maximum. */
  readonly answerLengths: AnswerLengths;
  readonly summaries: Summaries;
  /** A draw in [0, 1), for spreading load and waits. */
  random(): number;
  /** The settings in force; read once per call. */
  settings(): GatewaySettings;
  /**
   * Calls in flight and the bytes of their requests: `admit` counts up, `settle` counts down. `limited` are the calls
   * that a configured limit has refused since the start, each once, however often it was tried while it waited, and
   * `limitedBy` the same by the limit's name; `unpaid` are those that a budget has refused, `unpaidBy` the same by its name. `turnedAway`
   * are those of all of them that found no place in a line, or waited there in vain.
   */
  readonly load: {
    inFlight: number;
    bytes: number;
    limited: number;
    readonly limitedBy: Map<string, number>;
    unpaid: number;
    readonly unpaidBy: Map<string, number>;
    turnedAway: number;
  };
}
