import type { MeteredUsage, TokenPrice } from "../money/price.ts";
import { priceInForce } from "../money/price-in-force.ts";

/** What a backtest is said to cost before it begins. Money in pico-dollars. */
export interface Estimate {
  readonly sessions: number;
  /** Recorded requests that are sent again. */
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** As the record lets one expect it. */
  readonly expectedPico: bigint;
  /** What it cannot exceed: every answer as long as it may be, every token as dear as it may be. */
  readonly worstPico: bigint;
  /** Requests whose tokens no provider has counted, and that are reckoned by their length. */
  readonly uncounted: number;
  /** What the figures rest on, in sentences. */
  readonly basis: readonly string[];
}

/** One recorded call, as far as its cost depends on it. */
export interface PricedCall {
  /** Of the recorded answer; `null` where no provider has told. */
  readonly usage: MeteredUsage | null;
  /** Bytes of the recorded request as the baseline's provider got it, and as the candidate's will. */
  readonly baselineBytes: number;
  readonly candidateBytes: number;
  /** The most tokens that its answer can have. */
  readonly mostOutput: number;
  /** The most that it can cost, pico-dollars. */
  readonly worstPico: bigint;
}

/** What a call is expected to cost, and what it can cost at most. */
export interface CallEstimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly expectedPico: bigint;
  readonly worstPico: bigint;
  readonly isCounted: boolean;
}

/** Bytes of a request for one token, a rule of thumb for text that nobody has counted. */
const BYTES_PER_TOKEN = 4;
/** Tokens of an answer that nobody has counted. */
const USUAL_ANSWER = 256;

/**
 * The recorded request's tokens, scaled by how much longer or shorter the candidate's prompt and tools make it, at the
 * candidate's price without any discount of a prompt cache; and as long an answer as was recorded, within the
 * candidate's own limit. `price` is that of the model that is asked first.
 */
export function estimateCall(call: PricedCall, price: TokenPrice): CallEstimate {
  const { usage, baselineBytes, candidateBytes, worstPico } = call;
  const isCounted = usage !== null && !usage.estimated;
  const recorded = usage === null ? 0 : usage.input + usage.cachedInput + usage.cacheWrite;
  const tokens = recorded > 0 ? recorded * scale(candidateBytes, baselineBytes) : candidateBytes / BYTES_PER_TOKEN;
  const inputTokens = Math.ceil(tokens);
  const answer = usage === null ? USUAL_ANSWER : usage.output + usage.reasoning;
  const outputTokens = Math.min(call.mostOutput, answer);
  const { input, output } = priceInForce(price, { input: inputTokens, cachedInput: 0, cacheWrite: 0 });
  return {
    inputTokens,
    outputTokens,
    expectedPico: BigInt(inputTokens) * input + BigInt(outputTokens) * output,
    worstPico,
    isCounted,
  };
}

const scale = (candidate: number, baseline: number): number => (baseline > 0 ? candidate / baseline : 1);

/** Adds up what calls cost. `sessions` is their number of sessions. */
export function estimateAll(calls: readonly CallEstimate[], sessions: number): Estimate {
  const uncounted = calls.filter(({ isCounted }) => !isCounted).length;
  return {
    sessions,
    calls: calls.length,
    inputTokens: calls.reduce((sum, one) => sum + one.inputTokens, 0),
    outputTokens: calls.reduce((sum, one) => sum + one.outputTokens, 0),
    expectedPico: calls.reduce((sum, one) => sum + one.expectedPico, 0n),
    worstPico: calls.reduce((sum, one) => sum + one.worstPico, 0n),
    uncounted,
    basis: basisOf(calls.length, uncounted),
  };
}

const basisOf = (calls: number, uncounted: number): readonly string[] => [
  `${calls} recorded requests, each rendered with the candidate's prompt, tools and parameters.`,
  "Expected: the tokens that providers counted for these requests, scaled by how much longer or shorter the candidate makes them; answers as long as the recorded ones; no discount of a prompt cache, no retries.",
  "At most: one token for every byte sent, every answer as long as its limit permits, at the dearest price of the candidate's models. It is a limit and not a guess: nothing is spent beyond it.",
  ...(uncounted === 0
    ? []
    : [`Of ${uncounted} requests no provider has told the tokens; they are reckoned by their length.`]),
];
