import type { MeteredUsage } from "../money/price.ts";
import type { AttemptRecord, CallFacts } from "./call-record.ts";
import type { Session } from "../traffic/assignment.ts";
import { readNamed } from "./named-facts.ts";
import type { NamedFacts } from "./named-facts.ts";
import { fromMicros, listStages, readStages, toMicros } from "./stage-list.ts";
import type { StageList } from "./stage-list.ts";

/** What of `T` need not be there. */
type Seldom<T> = { readonly [Name in keyof T as {} extends Pick<T, Name> ? Name : never]-?: T[Name] | undefined };

/**
 * Facts as lists by position, which take half the text of objects with their names and half the time to write, and every call
 * pays for that. Times are whole microseconds, costs decimal text; what calls seldom have stands by name at the end.
 */
type FactList = readonly [
  id: string,
  at: number,
  asked: AskedList,
  served: ServedList,
  ended: EndedList,
  stages: StageList,
  attempts: readonly AttemptList[],
  usage: UsageList | typeof OF_LAST_ATTEMPT | null,
  seldom: Seldom<CallFacts> | null,
];

type AskedList = readonly [
  keyId: CallFacts["keyId"],
  dialect: string,
  requestedModel: string,
  endpoint: CallFacts["endpoint"],
  environment: string,
  stream: boolean,
  sessionId: string | null,
  sessionSource: Session["source"] | null,
];

type ServedList = readonly [
  epoch: CallFacts["epoch"],
  rolloutId: CallFacts["rolloutId"],
  releaseId: CallFacts["releaseId"],
  release: CallFacts["release"],
  arm: CallFacts["arm"],
  tier: CallFacts["tier"],
  provider: CallFacts["provider"],
  model: CallFacts["model"],
  overrides: CallFacts["overrides"],
  retainBodiesDays: number,
];

type EndedList = readonly [
  status: number,
  outcome: CallFacts["outcome"],
  errorCode: CallFacts["errorCode"],
  finishReason: CallFacts["finishReason"],
  firstTokenUs: number | null,
  totalUs: number,
  costPico: string,
  priceVersion: CallFacts["priceVersion"],
];

/** The call's usage is its last attempt's. */
const OF_LAST_ATTEMPT = 1;

type AttemptList = readonly [
  provider: string,
  model: string,
  startUs: number,
  firstByteUs: number | null,
  endUs: number,
  status: number | null,
  error: AttemptRecord["error"],
  usage: UsageList | null,
  costPico: string,
  reason: NonNullable<AttemptRecord["reason"]> | null,
  end: NonNullable<AttemptRecord["end"]> | null,
  /** -1 where a record from before has none. */
  key: number | null,
  seldom: Omit<Seldom<AttemptRecord>, "reason" | "end" | "key"> | null,
];

const NO_KEY = -1;

type UsageList = readonly [
  input: number,
  cachedInput: number,
  cacheWrite: number,
  output: number,
  reasoning: number,
  estimated: boolean,
  seldom: Seldom<MeteredUsage> | null,
];

/** Facts as data of JSON; records from before have them by their names. */
export type WrittenFacts = FactList | NamedFacts;

/** The facts of a call as JSON without line breaks; times to the microsecond. */
export const writeFacts = (facts: CallFacts): string => JSON.stringify(listOf(facts));

/** Reads what `writeFacts` wrote, now or before. */
export const readFacts = (text: string): CallFacts => factsOf(JSON.parse(text) as WrittenFacts);

/** Facts from what `JSON.parse` made of `writeFacts`, now or before. */
export const factsOf = (written: WrittenFacts): CallFacts =>
  isList(written) ? factsInList(written) : readNamed(written);

const isList = (written: WrittenFacts): written is FactList => Array.isArray(written);

const toMicrosOrNull = (ms: number | null): number | null => (ms === null ? null : toMicros(ms));
const fromMicrosOrNull = (us: number | null): number | null => (us === null ? null : fromMicros(us));

const listOf = (facts: CallFacts): FactList => [
  facts.id,
  facts.at,
  listAsked(facts),
  listServed(facts),
  listEnded(facts),
  listStages(facts.stages),
  facts.attempts.map(listAttempt),
  isOfLastAttempt(facts) ? OF_LAST_ATTEMPT : listUsage(facts.usage),
  seldomOf(facts),
];

function factsInList([id, at, asked, served, ended, stages, listed, usage, seldom]: FactList): CallFacts {
  const attempts = listed.map(attemptIn);
  return {
    id,
    at,
    ...askedIn(asked),
    ...servedIn(served),
    ...endedIn(ended),
    stages: readStages(stages),
    attempts,
    usage: usage === OF_LAST_ATTEMPT ? (attempts.at(-1)?.usage ?? null) : usageIn(usage),
    ...withoutAbsent(seldom),
  };
}

function listAsked(facts: CallFacts): AskedList {
  const { keyId, dialect, requestedModel, endpoint, environment, stream, session } = facts;
  const [id, source] = session === null ? [null, null] : [session.id, session.source];
  return [keyId, dialect, requestedModel, endpoint, environment, stream, id, source];
}

function askedIn([keyId, dialect, requestedModel, endpoint, environment, stream, id, source]: AskedList) {
  const session = id === null || source === null ? null : { id, source };
  return { keyId, dialect, requestedModel, endpoint, environment, stream, session };
}

function listServed(facts: CallFacts): ServedList {
  const { epoch, rolloutId, releaseId, release, arm, tier, provider, model, overrides, retainBodiesDays } = facts;
  return [epoch, rolloutId, releaseId, release, arm, tier, provider, model, overrides, retainBodiesDays];
}

function servedIn(list: ServedList) {
  const [epoch, rolloutId, releaseId, release, arm, tier, provider, model, overrides, retainBodiesDays] = list;
  return { epoch, rolloutId, releaseId, release, arm, tier, provider, model, overrides, retainBodiesDays };
}

function listEnded(facts: CallFacts): EndedList {
  const { status, outcome, errorCode, finishReason, priceVersion } = facts;
  const [firstTokenUs, totalUs, costPico] = [
    toMicrosOrNull(facts.firstTokenMs),
    toMicros(facts.totalMs),
    facts.costPico.toString(),
  ];
  return [status, outcome, errorCode, finishReason, firstTokenUs, totalUs, costPico, priceVersion];
}

function endedIn([status, outcome, errorCode, finishReason, firstTokenUs, totalUs, cost, priceVersion]: EndedList) {
  const [firstTokenMs, totalMs, costPico] = [fromMicrosOrNull(firstTokenUs), fromMicros(totalUs), BigInt(cost)];
  return { status, outcome, errorCode, finishReason, firstTokenMs, totalMs, costPico, priceVersion };
}

const isOfLastAttempt = ({ usage, attempts }: CallFacts): boolean => usage !== null && usage === attempts.at(-1)?.usage;

/** `null` where nothing of it is there. */
function orNull<T extends object>(seldom: T): T | null {
  for (const name in seldom) if (seldom[name] !== undefined) return seldom;
  return null;
}

const seldomOf = (facts: CallFacts): Seldom<CallFacts> | null =>
  orNull({
    user: facts.user,
    placement: facts.placement,
    refusedBy: facts.refusedBy,
    leftWaiting: facts.leftWaiting,
    units: facts.units,
    cache: facts.cache,
    findings: facts.findings,
    context: facts.context,
    promptCache: facts.promptCache,
    routing: facts.routing,
    backtest: facts.backtest,
    traceId: facts.traceId,
    parentSpan: facts.parentSpan,
  });

function listAttempt(attempt: AttemptRecord): AttemptList {
  const { leftOut, answered, units, priceAbove, spanId } = attempt;
  return [
    attempt.provider,
    attempt.model,
    toMicros(attempt.startMs),
    toMicrosOrNull(attempt.firstByteMs),
    toMicros(attempt.endMs),
    attempt.status,
    attempt.error,
    listUsage(attempt.usage),
    attempt.costPico.toString(),
    attempt.reason ?? null,
    attempt.end ?? null,
    attempt.key === undefined ? NO_KEY : attempt.key,
    orNull({ leftOut, answered, units, priceAbove, spanId }),
  ];
}

function attemptIn(list: AttemptList): AttemptRecord {
  const [provider, model, startUs, firstByteUs, endUs, status, error, usage, cost, reason, end, key, seldom] = list;
  return {
    provider,
    model,
    ...(reason !== null && { reason }),
    ...(end !== null && { end }),
    ...(key !== NO_KEY && { key }),
    startMs: fromMicros(startUs),
    firstByteMs: fromMicrosOrNull(firstByteUs),
    endMs: fromMicros(endUs),
    status,
    error,
    usage: usageIn(usage),
    costPico: BigInt(cost),
    ...withoutAbsent(seldom),
  };
}

function listUsage(usage: MeteredUsage | null): UsageList | null {
  if (usage === null) return null;
  const { input, cachedInput, cacheWrite, output, reasoning, estimated, cacheWrite1h, tier } = usage;
  return [input, cachedInput, cacheWrite, output, reasoning, estimated, orNull({ cacheWrite1h, tier })];
}

function usageIn(list: UsageList | null): MeteredUsage | null {
  if (list === null) return null;
  const [input, cachedInput, cacheWrite, output, reasoning, estimated, seldom] = list;
  return { input, cachedInput, cacheWrite, output, reasoning, estimated, ...withoutAbsent(seldom) };
}

/** JSON leaves out what is not there. */
const withoutAbsent = <T extends object>(seldom: T | null): { [Name in keyof T]?: NonNullable<T[Name]> } | null =>
  seldom;
