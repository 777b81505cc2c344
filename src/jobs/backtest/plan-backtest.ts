import type { Backtest, BacktestPolicy, BacktestTerms } from "../../domain/backtest/backtest.ts";
import type { BacktestSession } from "../../domain/backtest/backtest-session.ts";
import { estimateAll } from "../../domain/backtest/estimate.ts";
import type { CallEstimate, Estimate } from "../../domain/backtest/estimate.ts";
import { judgeIn, sessionsToJudge } from "../../domain/backtest/judged-sessions.ts";
import { addCounts, describeLeftOut } from "../../domain/backtest/left-out.ts";
import type { LeftOutCounts } from "../../domain/backtest/left-out.ts";
import { sampleSessions } from "../../domain/backtest/sample-sessions.ts";
import type { Sampled } from "../../domain/backtest/sample-sessions.ts";
import { RollwardError } from "../../domain/errors.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type { Actor } from "../../domain/rollout/rollout.ts";
import type { ChannelName } from "../../domain/traffic/route.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { QUESTIONS_PER_PAIR } from "../judging/ask-in-both-orders.ts";
import type { BacktestHouse } from "./backtest-house.ts";
import { Purse } from "./purse.ts";
import { priceSession } from "./price-session.ts";
import { readPopulation } from "./read-population.ts";
import type { PopulationSession, ReadPopulation } from "./read-population.ts";
import { readSession } from "./recorded-session.ts";
import { replayGateways } from "./replay-gateway.ts";
import { replayKey } from "./replay-call.ts";

/** What somebody wants to have compared. */
export interface BacktestRequest {
  readonly channel: ChannelName;
  readonly candidate: Release;
  readonly baseline: Release;
  readonly terms: Omit<BacktestTerms, "budgetPico" | "seed">;
  /** `null` is what it can cost at most. */
  readonly budgetPico: bigint | null;
  /** `null` draws by the candidate's digest. */
  readonly seed: string | null;
  readonly actor: Actor;
}

/** A backtest that is planned, with its sample. Nothing of it is kept yet. */
export interface PlannedBacktest {
  readonly backtest: Backtest;
  readonly sessions: readonly BacktestSession[];
}

/**
 * Reads the record, draws the sample, renders every request of it with the candidate and says what replaying them costs.
 * Throws `backtest_impossible` where there is nothing to replay.
 */
export async function planBacktest(house: BacktestHouse, request: BacktestRequest): Promise<PlannedBacktest> {
  const { channel, candidate, baseline, actor } = request;
  const live = house.environments.named(channel.environment);
  if (live === undefined)
    throw impossible(request, `this server does not serve the environment ${channel.environment}`);
  requireServable(live, request);
  const source = { calls: house.calls, dialects: live.dialects, pause: () => pauseOf(live) };
  const read = await readPopulation(source, { channel, baseline, ...request.terms });
  if (read.sessions.length === 0) throw impossible(request, nothingIn(read));
  const id = live.ids.next("bkt");
  const drawn = await drawSample(house, { live, request, read, id });
  if (drawn.sessions.length === 0) throw impossible(request, "the bytes of all its recorded sessions are gone");
  const policy = await policyFor(house, request, read.sessions);
  const { sessions, estimate } = withJudge(id, policy, {
    sessions: drawn.sessions,
    estimate: estimateAll(drawn.calls, drawn.sessions.length),
  });
  const { worstPico } = estimate;
  const budgetPico = request.budgetPico === null || request.budgetPico > worstPico ? worstPico : request.budgetPico;
  const backtest: Backtest = {
    id,
    channel,
    candidate: namedRelease(candidate),
    baseline: namedRelease(baseline),
    createdAt: live.clock.now(),
    by: actor,
    terms: { ...request.terms, seed: request.seed ?? candidate.digest, budgetPico },
    policy,
    population: { ...read.population, leftOut: addCounts(read.population.leftOut, drawn.leftOut) },
    estimate,
    state: "planned",
    startedAt: null,
    stopAskedBy: null,
    ended: null,
  };
  return { backtest, sessions };
}

interface Priced {
  readonly sessions: readonly BacktestSession[];
  readonly estimate: Estimate;
}

/** With what a judge costs, in what is said beforehand and in what is set aside for each session. */
function withJudge(id: string, policy: BacktestPolicy, { sessions, estimate }: Priced): Priced {
  const judge = judgeIn(policy);
  if (judge === null) return { sessions, estimate };
  const judged = sessionsToJudge(id, policy, sessions);
  const pairPico = BigInt(QUESTIONS_PER_PAIR) * BigInt(judge.pairs.questionPico);
  const wholePico = BigInt(judged.size) * pairPico;
  const usd = Number((Number(wholePico) / 1e12).toPrecision(6));
  return {
    sessions: sessions.map((session) =>
      judged.has(session.position) ? { ...session, worstPico: session.worstPico + pairPico } : session,
    ),
    estimate: {
      ...estimate,
      expectedPico: estimate.expectedPico + wholePico,
      worstPico: estimate.worstPico + wholePico,
      basis: [
        ...estimate.basis,
        `A judge is asked about ${judged.size} of the sessions, twice each: ${usd} USD, which is in both figures.`,
      ],
    },
  };
}

const namedRelease = (release: Release): Backtest["candidate"] => ({
  id: release.id,
  name: releaseName(release),
  digest: release.digest,
});

const impossible = ({ channel, candidate, baseline }: BacktestRequest, reason: string): RollwardError =>
  new RollwardError("backtest_impossible", {
    candidate: releaseName(candidate),
    baseline: releaseName(baseline),
    endpoint: channel.endpoint,
    reason,
  });

function requireServable(live: Gateway, request: BacktestRequest): void {
  const { candidate, baseline } = request;
  if (candidate.id === baseline.id)
    throw impossible(request, "a release is compared with another one, not with itself");
  const { providers, pools } = live.settings();
  const missing = candidate.content.models.find(
    ({ provider, model }) =>
      providers.get(provider)?.prices.has(model) !== true && pools.get(provider)?.models.includes(model) !== true,
  );
  if (missing !== undefined) {
    throw impossible(request, `its model ${missing.provider}/${missing.model} is not configured here`);
  }
}

function nothingIn({ population }: ReadPopulation): string {
  const leftOut = describeLeftOut(population.leftOut);
  const found = population.calls === 0 ? "no session was recorded in that time" : "no recorded session can be replayed";
  return leftOut === "" ? found : `${found}: ${leftOut}`;
}

const pauseOf = ({ clock }: Gateway): Promise<void> => new Promise((resolve) => void clock.after(0, resolve));

/** The margins of the endpoint's policy: those of the candidate's own rollout, else of the newest one, else the usual. */
async function policyFor(
  house: BacktestHouse,
  { channel, candidate, baseline }: BacktestRequest,
  sessions: readonly PopulationSession[],
): Promise<BacktestPolicy> {
  const rollouts = await house.rollouts.list({ ...channel, limit: 100 });
  const rollout = rollouts.find((one) => one.candidate === candidate.id) ?? rollouts[0];
  const { metrics, alpha, beta } = rollout?.plan ?? { ...DEFAULT_PLAN, beta: FIRST * DEFAULT_PLAN.beta };
  const pair = { channel, candidate: candidate.id, baseline: baseline.id };
  const earlier = await house.store.list({ pair, state: "ended", limit: 100 });
  const attempt = 1 + earlier.filter(({ ended }) => ended?.result != null && ended.result.sessions.compared > 0).length;
  const own = metrics.find(({ metric }) => metric === "cost")?.capPico ?? null;
  const caps = {
    costPico: own ?? CAP_OVER * highest(sessions.map(({ costPico }) => costPico)),
    outputTokens: CAP_OVER * highest(sessions.map(({ outputTokens }) => outputTokens)),
  };
  return { metrics, alpha, beta: beta / attempt ** 2, attempt, caps };
}

/** A cap so many times as high as that lets a candidate be seen that costs some times as much; a higher one would need more sessions. */
const CAP_OVER = 4;

/** Comparison k proves at this share of β divided by k², which sums to β over all of them. */
const FIRST = 6 / Math.PI ** 2;

/** The value that one session of a hundred exceeds: known before the candidate is asked. */
function highest(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.max(1, sorted[Math.ceil(0.99 * (sorted.length - 1))] ?? 1);
}

interface Draw {
  readonly live: Gateway;
  readonly request: BacktestRequest;
  readonly read: ReadPopulation;
  readonly id: string;
}

interface Drawn {
  readonly sessions: readonly BacktestSession[];
  readonly calls: readonly CallEstimate[];
  readonly leftOut: LeftOutCounts;
}

/** Draws until every session of the sample has its bytes: who has none makes room for the next. */
async function drawSample(house: BacktestHouse, { live, request, read, id }: Draw): Promise<Drawn> {
  const { channel, candidate, terms } = request;
  const gateways = replayGateways({ live, channel, candidate, backtest: id, replicaId: house.replicaId });
  const gateway = gateways({ budgets: new Purse(0n, 0n).setAside(0n) ?? live.budgets, onRecord: () => {} });
  const key = replayKey(id, channel.environment);
  const priced = new Map<string, ReturnType<typeof priceSession> | null>();
  const options = { size: terms.sample, seed: request.seed ?? candidate.digest };
  let sample: readonly Sampled<PopulationSession>[];
  for (;;) {
    sample = sampleSessions(
      read.sessions.filter(({ unit }) => priced.get(unit) !== null),
      options,
    );
    const unknown = sample.filter(({ unit }) => !priced.has(unit));
    if (unknown.length === 0) break;
    for (const { unit, calls } of unknown) {
      const session = await readSession({ calls: house.calls, dialects: live.dialects }, calls);
      priced.set(unit, session === null ? null : priceSession(gateway, key, session));
      await pauseOf(live);
    }
  }
  const estimates = sample.map(({ unit }) => priced.get(unit) ?? { calls: [], worstPico: 0n });
  const purged = [...priced.values()].filter((one) => one === null).length;
  return {
    sessions: sample.map((session, position) => waiting(session, position, estimates[position]?.worstPico ?? 0n)),
    // What a session can cost at most is more than its calls add up to: a turn may take a further step.
    calls: estimates.flatMap(({ calls, worstPico }) => {
      const sum = calls.reduce((all, one) => all + one.worstPico, 0n);
      return calls.map((one, index) => (index === 0 ? { ...one, worstPico: one.worstPico + worstPico - sum } : one));
    }),
    leftOut: purged === 0 ? {} : { purged },
  };
}

const waiting = (
  { session, calls, stratum, part }: Sampled<PopulationSession>,
  position: number,
  worstPico: bigint,
): BacktestSession => ({
  position,
  session,
  calls,
  stratum,
  part,
  worstPico,
  state: "waiting",
  tries: 0,
  spentPico: 0n,
  outcome: null,
  leftOut: null,
});
