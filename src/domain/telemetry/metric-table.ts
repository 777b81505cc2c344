import type { SemanticKey } from "../trace/semantic-names.ts";
import type { LabelName } from "./metric-labels.ts";

/** What a value means. Counters and histograms count since the process began. */
export type MetricType = "counter" | "gauge" | "histogram";

/** In words of OpenTelemetry (UCUM); braces only say what is counted. */
export type MetricUnit = "s" | "By" | "USD" | "1" | `{${string}}`;

/** One metric. */
export interface MetricSpec {
  /** As OpenTelemetry has it: a name of the table that spans share, or our own. Prometheus' name is made from it. */
  readonly name: { readonly semantic: SemanticKey } | { readonly own: string };
  readonly type: MetricType;
  readonly unit: MetricUnit;
  readonly labels: readonly LabelName[];
  /** A sentence without a full stop. */
  readonly help: string;
}

const CHANNEL = ["environment", "endpoint", "release", "arm"] as const;
const MODEL = [...CHANNEL, "provider", "model"] as const;
const OPERATION = ["operationName", "providerName", "requestModel"] as const;

const own = (
  [name, type, unit]: readonly [string, MetricType, MetricUnit],
  labels: readonly LabelName[],
  help: string,
): MetricSpec => ({ name: { own: `rollward.${name}` }, type, unit, labels, help });

const genAi = (
  [semantic, unit]: readonly [SemanticKey, MetricUnit],
  labels: readonly LabelName[],
  help: string,
): MetricSpec => ({ name: { semantic }, type: "histogram", unit, labels, help });

const COUNTS = "counter";
const GAUGE = "gauge";

/** What calls came to. */
const CALLS = {
  calls: own(
    ["calls", COUNTS, "{call}"],
    [...CHANNEL, "tier", "outcome"],
    "Calls that ended, by what became of them: ok, failed, abandoned by the client",
  ),
  callFaults: own(
    ["call.faults", COUNTS, "{call}"],
    CHANNEL,
    "Failed calls that the request itself is not to blame for: what availability is about",
  ),
  callErrors: own(
    ["call.errors", COUNTS, "{call}"],
    [...CHANNEL, "code"],
    "Failed calls by the code of docs/errors.md",
  ),
  callDuration: own(
    ["call.duration", "histogram", "s"],
    CHANNEL,
    "From arrival to the last byte, of calls that were answered",
  ),
  callFirstToken: own(
    ["call.first_token", "histogram", "s"],
    CHANNEL,
    "From arrival to the first token, of streams that were answered",
  ),
  streams: own(["streams", COUNTS, "{call}"], CHANNEL, "Calls that asked for a stream"),
  attempts: own(["attempts", COUNTS, "{attempt}"], MODEL, "Attempts at models, retries and fallbacks included"),
  attemptErrors: own(
    ["attempt.errors", COUNTS, "{attempt}"],
    ["environment", "provider", "model", "code"],
    "Failed attempts by the code of docs/errors.md",
  ),
  tokens: own(
    ["tokens", COUNTS, "{token}"],
    [...MODEL, "class"],
    "Tokens of all attempts in classes that never overlap: input, cached_input, cache_write, output, reasoning",
  ),
  cost: own(["cost", COUNTS, "USD"], MODEL, "What calls cost; exact sums are in `rollward spend`"),
  feedback: own(
    ["feedback", COUNTS, "{item}"],
    [...CHANNEL, "kind"],
    "What was said of calls: thumbs_up, thumbs_down, problem, correction",
  ),
  scores: own(["scores", COUNTS, "{score}"], [...CHANNEL, "by"], "Scores from 0 to 1 that people or judges gave"),
  scoreSum: own(
    ["score.sum", COUNTS, "{score}"],
    [...CHANNEL, "by"],
    "Sum of those scores; divided by their number it is the mean",
  ),
} as const;

/** In the words of OpenTelemetry's GenAI conventions. */
const OPERATIONS = {
  operationDuration: genAi(
    ["operationDuration", "s"],
    [...OPERATION, "errorType"],
    "Duration of attempts at providers",
  ),
  tokenUsage: genAi(
    ["tokenUsage", "{token}"],
    [...OPERATION, "tokenType"],
    "Tokens of an attempt, where the provider told both counts",
  ),
  inputTokenUsage: genAi(["inputTokenUsage", "{token}"], OPERATION, "Input tokens of an attempt (proposed name)"),
  outputTokenUsage: genAi(["outputTokenUsage", "{token}"], OPERATION, "Output tokens of an attempt (proposed name)"),
  timeToFirstChunk: genAi(
    ["timeToFirstChunk", "s"],
    OPERATION,
    "From the beginning of an attempt at a stream to its first bytes",
  ),
  requestDuration: genAi(
    ["requestDuration", "s"],
    [...OPERATION, "errorType"],
    "Duration of calls as clients saw them, with waiting, retries and fallbacks",
  ),
  timeToFirstToken: genAi(
    ["timeToFirstToken", "s"],
    OPERATION,
    "From arrival to the first token of streams that were answered",
  ),
  timePerOutputToken: genAi(
    ["timePerOutputToken", "s"],
    OPERATION,
    "Time for each token after the first, of streams that were answered",
  ),
} as const;

const HERE = ["environment"] as const;
const CANDIDATE = ["environment", "endpoint", "release"] as const;

/** How load, limits and money stand. */
const LOAD = {
  inFlight: own(["calls.in_flight", GAUGE, "{call}"], HERE, "Calls under way"),
  limited: own(
    ["calls.limited", COUNTS, "{call}"],
    ["environment", "limit"],
    "Calls that a configured limit refused, by its name",
  ),
  shed: own(["calls.shed", COUNTS, "{call}"], HERE, "Calls that were refused because there was too much to do"),
  strain: own(
    ["overload.strain", GAUGE, "{threshold}"],
    HERE,
    "Load against the threshold from which on calls are refused; 1 is the first",
  ),
  refused: own(["requests.refused", COUNTS, "{request}"], ["code"], "Requests without a key that is good here"),
  queued: own(["queue.calls", GAUGE, "{call}"], HERE, "Calls that wait for a limit"),
  queueAge: own(["queue.oldest", GAUGE, "s"], HERE, "How long the first of those that wait has waited"),
  queueEstimate: own(
    ["queue.estimate", GAUGE, "s"],
    ["environment", "limit"],
    "How long a call of the last class would wait that came now; absent where nobody can say",
  ),
  limitSubjects: own(["limit.subjects", GAUGE, "{subject}"], HERE, "Subjects of limits that are kept in mind"),
  limitsShared: own(
    ["limits.shared", GAUGE, "{boolean}"],
    HERE,
    "Whether limits are shared with other replicas at the moment",
  ),
  budgetLimit: own(["budget.limit", GAUGE, "USD"], ["environment", "budget"], "The budget of its fullest subject"),
  budgetSpent: own(
    ["budget.spent", GAUGE, "USD"],
    ["environment", "budget"],
    "What the fullest subject of the budget has spent in its window",
  ),
  budgetRefused: own(["budget.refusals", COUNTS, "{call}"], HERE, "Calls that a budget refused"),
  budgetTrouble: own(["budget.trouble", GAUGE, "{boolean}"], HERE, "Whether the bank of budgets cannot be reached"),
  breakerOpen: own(
    ["breaker.open", GAUGE, "{boolean}"],
    ["environment", "provider", "model"],
    "Whether the circuit breaker of a model is open",
  ),
  attemptsInFlight: own(
    ["attempts.in_flight", GAUGE, "{attempt}"],
    ["environment", "provider", "model"],
    "Attempts under way",
  ),
  pauses: own(["pauses", GAUGE, "{pause}"], HERE, "Emergency stops in force"),
  cacheLookups: own(
    ["cache.lookups", COUNTS, "{call}"],
    ["environment", "status"],
    "Calls of endpoints that keep answers: hit, semantic (a hit by meaning), stale, miss, or bypass where the cache was not asked",
  ),
  cachePoisoned: own(["cache.poisoned", COUNTS, "{entry}"], HERE, "Kept answers that could not be believed"),
  cacheStored: own(["cache.stored", COUNTS, "{entry}"], HERE, "Answers that were kept for later"),
  cacheBytes: own(["cache.size", GAUGE, "By"], HERE, "What kept answers take in this process"),
} as const;

/** How rollouts stand. */
const ROLLOUTS = {
  rolloutWeight: own(["rollout.weight", GAUGE, "1"], CANDIDATE, "Share of new sessions that the candidate gets"),
  rolloutSessions: own(
    ["rollout.sessions", GAUGE, "{session}"],
    [...CANDIDATE, "arm"],
    "Final sessions of each arm in the evidence",
  ),
  rolloutLogE: own(
    ["rollout.log_e", GAUGE, "{nat}"],
    [...CANDIDATE, "metric", "test"],
    "Natural logarithm of the e-value of a metric's test: harm or no_worse; the metric `all` is the union",
  ),
  rolloutThreshold: own(
    ["rollout.log_e.threshold", GAUGE, "{nat}"],
    [...CANDIDATE, "metric", "test"],
    "Where that test decides",
  ),
  sampleRatio: own(
    ["rollout.sample_ratio.log_e", GAUGE, "{nat}"],
    CANDIDATE,
    "The same of the test whether sessions were divided as planned",
  ),
} as const;

/** How Rollward itself is doing. */
const ITSELF = {
  build: own(["build.info", GAUGE, "{info}"], ["version", "store"], "1, with the version and where it keeps things"),
  databaseUp: own(["database.up", GAUGE, "{boolean}"], [], "Whether the database answers and takes what is written"),
  databasePing: own(["database.ping", GAUGE, "s"], [], "How long the database took to answer when this was asked for"),
  valkeyUp: own(
    ["valkey.up", GAUGE, "{boolean}"],
    [],
    "Whether Valkey or Redis is worth asking; absent where there is none",
  ),
  replicas: own(["replicas", GAUGE, "{replica}"], [], "Replicas that were heard of lately, this one included"),
  leader: own(["replica.leader", GAUGE, "{boolean}"], [], "Whether this replica decides on rollouts"),
  records: own(["records.written", COUNTS, "{call}"], [], "Calls that were recorded"),
  recordsDropped: own(["records.dropped", COUNTS, "{call}"], ["part"], "Calls whose bodies or facts could not be kept"),
  recordsWaiting: own(["records.waiting", GAUGE, "{call}"], [], "Calls that wait to be recorded"),
  recordsWaitingBytes: own(["records.waiting.size", GAUGE, "By"], [], "What they take in memory"),
  evidence: own(["evidence.written", COUNTS, "{entry}"], [], "Entries of evidence that were written"),
  evidenceDropped: own(["evidence.dropped", COUNTS, "{entry}"], [], "Entries of evidence that could not be kept"),
  evidenceWaiting: own(["evidence.waiting", GAUGE, "{entry}"], [], "Entries of evidence that wait to be written"),
  unobserved: own(
    ["sessions.unobserved", COUNTS, "{session}"],
    [],
    "Sessions that were served and not observed, because too many were waiting",
  ),
  seriesWaiting: own(["series.waiting", GAUGE, "{cell}"], [], "Cells of series that wait to be written"),
  seriesMerged: own(
    ["series.merged", COUNTS, "{call}"],
    [],
    "Cells that were counted as (other), because a minute had too many",
  ),
  seriesDropped: own(["series.dropped", COUNTS, "{cell}"], [], "Cells of series that could not be written"),
  pinsForgotten: own(
    ["pins.forgotten", COUNTS, "{session}"],
    HERE,
    "Sessions whose side was forgotten, because there were too many",
  ),
  loopDelay: own(
    ["event_loop.delay", GAUGE, "s"],
    ["percentile"],
    "How late the event loop was since this was asked for last",
  ),
  cpu: own(["process.cpu", COUNTS, "s"], [], "Processor time of the process"),
  memory: own(["process.memory.resident", GAUGE, "By"], [], "Memory of the process"),
  heap: own(["process.heap.used", GAUGE, "By"], [], "Memory in use by JavaScript"),
  started: own(["process.start_time", GAUGE, "s"], [], "When the process began, since 1970"),
} as const;

/** The parts of the table by what they are about, in the order of docs/telemetry-metrics.md. */
export const METRIC_PARTS = {
  "What calls came to": CALLS,
  "In the words of OpenTelemetry": OPERATIONS,
  "Load, limits and money": LOAD,
  Rollouts: ROLLOUTS,
  "Rollward itself": ITSELF,
} as const;

/** Every metric that leaves the server. */
export const METRICS = { ...CALLS, ...OPERATIONS, ...LOAD, ...ROLLOUTS, ...ITSELF } as const satisfies Record<
  string,
  MetricSpec
>;

/** One of them. */
export type MetricKey = keyof typeof METRICS;
