import { isInvalid, isRefusal } from "../../domain/answer/finding.ts";
import { countReasons } from "../../domain/backtest/left-out.ts";
import type { LeftOutReason } from "../../domain/backtest/left-out.ts";
import type { Population } from "../../domain/backtest/backtest.ts";
import type { Stratum } from "../../domain/backtest/sample-sessions.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { failureOf } from "../../domain/traffic/failure-of.ts";
import type { ChannelName } from "../../domain/traffic/route.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { Dialect, DialectName } from "../../ports/dialect.ts";
import { excuseOf } from "./judge-call.ts";

/** A recorded session that may be replayed. */
export interface PopulationSession {
  /** The key that called and the session's id: unique within the endpoint. */
  readonly unit: string;
  readonly session: string;
  readonly stratum: Stratum;
  /** Ids of its calls, oldest first; of a long one the first ones. */
  readonly calls: readonly string[];
  /** Cost and answer's tokens, for the caps of the tests. */
  readonly costPico: number;
  readonly outputTokens: number;
}

/** Everything recorded that can be drawn from. */
export interface ReadPopulation {
  readonly population: Population;
  readonly sessions: readonly PopulationSession[];
}

/** Whose recorded sessions are wanted. */
export interface PopulationQuery {
  readonly channel: ChannelName;
  readonly baseline: Release;
  /** Epoch milliseconds, half-open. */
  readonly from: number;
  readonly until: number;
}

/** What reading needs. */
export interface PopulationSource {
  readonly calls: CallStore;
  readonly dialects: ReadonlyMap<DialectName, Dialect>;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
}

/** Calls that are looked at, the newest: it is done while calls are served. */
const MOST_CALLS = 50_000;
/** Calls that are read at once. */
const PAGE = 500;
/** Calls of one session that are replayed, its first ones. */
const MOST_SESSION_CALLS = 50;
/** Turns from which on a session is a long one. */
const LONG = 6;

/** Reads the sessions that the baseline has answered in a time, page by page and newest first. */
export async function readPopulation(source: PopulationSource, query: PopulationQuery): Promise<ReadPopulation> {
  const { facts, isCut } = await readFacts(source, query);
  const bySession = new Map<string, CallFacts[]>();
  for (const one of facts) {
    const unit = `${one.keyId ?? ""}/${one.session?.id ?? one.id}`;
    const own = bySession.get(unit);
    if (own === undefined) bySession.set(unit, [one]);
    else own.push(one);
  }
  const sessions: PopulationSession[] = [];
  const reasons: LeftOutReason[] = [];
  for (const [unit, own] of bySession) {
    const inOrder = own.toSorted((one, other) => (one.id < other.id ? -1 : 1)).slice(0, MOST_SESSION_CALLS);
    const reason = inOrder.map((one) => reasonAgainst(one, source)).find((one) => one !== null);
    if (reason === undefined) sessions.push(sessionOf(unit, inOrder));
    else if (reason !== null) reasons.push(reason);
  }
  const population = { calls: facts.length, isCut, sessions: sessions.length, leftOut: countReasons(reasons) };
  return { population, sessions };
}

async function readFacts(
  { calls, pause }: PopulationSource,
  { channel, baseline, from, until }: PopulationQuery,
): Promise<{ readonly facts: readonly CallFacts[]; readonly isCut: boolean }> {
  const facts: CallFacts[] = [];
  let before: string | null = null;
  for (let seen = 0; seen < MOST_CALLS; seen += PAGE) {
    const page = await calls.list({
      endpoint: channel.endpoint,
      environment: channel.environment,
      release: releaseName(baseline),
      since: from,
      ...(before !== null && { before }),
      limit: PAGE,
    });
    for (const one of page) {
      const isMeant = one.releaseId === baseline.id && one.at < until;
      if (isMeant && one.backtest === undefined && one.arm !== "shadow") facts.push(lightened(one));
    }
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return { facts, isCut: false };
    before = last.id;
    await pause();
  }
  return { facts, isCut: true };
}

/** Thousands are held at once: stages and what caches did matter to nobody here. */
function lightened(facts: CallFacts): CallFacts {
  const { promptCache: _prompt, context: _context, routing: _routing, ...rest } = facts;
  return { ...rest, stages: [] };
}

function reasonAgainst(facts: CallFacts, { dialects }: PopulationSource): LeftOutReason | null {
  if (facts.outcome === "abandoned") return "abandoned";
  if (dialects.get(facts.dialect as DialectName)?.checking === undefined) return "no_conversation";
  const isKept = facts.tier?.startsWith("cache:") === true || facts.tier === "stale";
  if (isKept) return "from_cache";
  const excuse = excuseOf({ facts });
  if (excuse !== null) return excuse === "provider" ? "provider_fault" : "refused_here";
  return facts.retainBodiesDays === 0 ? "not_exact" : null;
}

const sessionOf = (unit: string, calls: readonly CallFacts[]): PopulationSession => ({
  unit,
  session: calls[0]?.session?.id ?? calls[0]?.id ?? "",
  stratum: stratumOf(calls),
  calls: calls.map(({ id }) => id),
  costPico: calls.reduce((sum, { costPico }) => sum + Number(costPico), 0),
  outputTokens: calls.reduce((sum, { usage }) => sum + (usage === null ? 0 : usage.output + usage.reasoning), 0),
});

/** The dialects' words for an answer that calls tools. */
const TOOL_CALLS: ReadonlySet<string | null> = new Set(["tool_calls", "tool_use", "function_call"]);

function stratumOf(calls: readonly CallFacts[]): Stratum {
  const found = calls.flatMap(({ findings }) => findings ?? []);
  if (calls.some((facts) => failureOf(facts) !== null)) return "failed";
  if (found.some(({ check }) => isRefusal(check))) return "refused";
  if (found.some(({ check }) => isInvalid(check))) return "invalid";
  if (calls.some(({ finishReason }) => TOOL_CALLS.has(finishReason))) return "tools";
  return calls.length >= LONG ? "long" : "plain";
}
