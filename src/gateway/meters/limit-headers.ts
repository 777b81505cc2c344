import type { LimitRule, Rate } from "../../domain/limits/limit-rule.ts";
import type { LimitState } from "../../ports/limiter.ts";

/**
 * How limits stand, for clients: `ratelimit-policy` and `ratelimit` of the IETF's draft (all limits by name), and
 * OpenAI's `x-ratelimit-*` (the tightest of each kind).
 */
export function limitHeaders(states: readonly LimitState[]): Record<string, string> {
  if (states.length === 0) return {};
  const headers: Record<string, string> = {
    "ratelimit-policy": states.map(policyOf).join(", "),
    ratelimit: states.map(standingOf).join(", "),
  };
  for (const kind of ["requests", "tokens"] as const) {
    const tightest = tightestOf(states, kind);
    if (tightest === null) continue;
    headers[`x-ratelimit-limit-${kind}`] = String(rateOf(tightest)?.amount ?? 0);
    headers[`x-ratelimit-remaining-${kind}`] = String(tightest.remaining);
    headers[`x-ratelimit-reset-${kind}`] = `${Math.round(tightest.resetMs) / 1_000}s`;
  }
  return headers;
}

const rateOf = ({ rule, kind }: LimitState): Rate | null => rule[kind];

/** What headers say of a rule whatever its state is, made once. */
interface RuleWords {
  readonly name: string;
  readonly policy: string;
}

const knownWords = { requests: new WeakMap<LimitRule, RuleWords>(), tokens: new WeakMap<LimitRule, RuleWords>() };

function wordsOf(state: LimitState): RuleWords {
  const { rule, kind } = state;
  const known = knownWords[kind].get(rule);
  if (known !== undefined) return known;
  const name = `"${rule.name}${kind === "tokens" ? "-tokens" : ""}"`;
  const rate = rateOf(state);
  const unit = kind === "tokens" ? ';qu="tokens"' : "";
  const policy = `${name};q=${rate?.amount ?? 0};w=${Math.ceil((rate?.windowMs ?? 0) / 1_000)}${unit}`;
  const made = { name, policy };
  knownWords[kind].set(rule, made);
  return made;
}

const policyOf = (state: LimitState): string => wordsOf(state).policy;

const standingOf = (state: LimitState): string =>
  `${wordsOf(state).name};r=${state.remaining};t=${Math.ceil(state.resetMs / 1_000)}`;

const shareLeft = (state: LimitState): number => state.remaining / (rateOf(state)?.amount ?? 1);

/** The limit of a kind of which the smallest share is left. */
function tightestOf(states: readonly LimitState[], kind: LimitState["kind"]): LimitState | null {
  let tightest: LimitState | null = null;
  for (const state of states) {
    if (state.kind === kind && (tightest === null || shareLeft(state) < shareLeft(tightest))) tightest = state;
  }
  return tightest;
}
