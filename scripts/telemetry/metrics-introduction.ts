/** What docs/telemetry-metrics.md says before its tables. */
export const METRICS_INTRODUCTION = `
<!-- Generated from src/domain/telemetry by \`npm run generate\`; the words stand in scripts/telemetry/metrics-introduction.ts. -->

# Metrics

Every call is counted once when it ends, in memory, by environment, endpoint, release, arm, tier and model. From these counts come four
things that never contradict each other: Prometheus' \`/metrics\`, what is sent by OTLP, \`rollward series\`, and the charts of the console.

(What a rollout *decides* by are other metrics, with statistics of their own: [metrics.md](metrics.md).)

## Prometheus

\`\`\`sh
curl http://127.0.0.1:4400/metrics
\`\`\`

A server that listens on its own machine alone (\`--host 127.0.0.1\`, the default) lets whoever asks there read them without a key. In all other cases a key
with the scope \`admin\` is needed: where the server listens on other addresses too, and where the request has the headers of a proxy (\`Forwarded\`,
\`X-Forwarded-For\`, \`X-Real-IP\`, \`Via\`). A proxy on the same machine that adds none of them, as nginx does unless it is told to, cannot be told from
Prometheus: where there is one, ask for a key always.

\`\`\`yaml
telemetry:
  metrics:
    require_key: true   # nobody without a key, from the same machine neither
    # public: true      # or: anybody who reaches the server
\`\`\`

\`deploy/prometheus/prometheus.yml\` is a configuration to begin with, \`deploy/prometheus/rollward.rules.yml\` has alerts with their unit
tests beside it (\`promtool test rules rollward.rules.test.yml\`), and \`deploy/grafana\` has five dashboards: overview, rollouts, money,
providers, Rollward itself. All of them are made from the table below by \`npm run generate\`, so a name that changes changes everywhere.

Counters begin at zero when a process begins, and each replica shows what it did itself: add replicas up. Gauges of rollouts and budgets are
known to every replica: take \`max\`.

## OpenTelemetry

\`\`\`yaml
telemetry:
  otlp:
    endpoint: http://collector:4318      # metrics go to /v1/metrics, traces to /v1/traces
    headers_env: COLLECTOR_HEADERS       # a variable with name=value,name=value
    metrics_every: 30s
\`\`\`

Without \`endpoint\` the variable \`OTEL_EXPORTER_OTLP_ENDPOINT\` says where, and \`OTEL_EXPORTER_OTLP_HEADERS\` what is sent along;
\`OTEL_METRIC_EXPORT_INTERVAL\` (ms), \`OTEL_SERVICE_NAME\`, \`OTEL_SDK_DISABLED\` and \`OTEL_METRICS_EXPORTER=none\` are obeyed. What is meant for one receiver
goes to no other: beside an \`endpoint\` of the project the variables' headers are sent only where they name no receiver of their own, and those of one signal
(\`OTEL_EXPORTER_OTLP_METRICS_HEADERS\`) never; \`headers_env\` says otherwise. A project's \`endpoint\` may be an address of a private network, and never a link-local one or
one of a cloud's metadata, however a name leads there. Everything counts up (cumulative
temporality), so that a report the receiver missed is made good by the next one. A last report is sent when the server stops.

The names of the GenAI conventions are in development. \`telemetry.semantic_conventions\` chooses: \`latest\` (default), \`1.41\`, or \`next\`,
which has the token histograms that are proposed. \`gen_ai.client.*\` are attempts at providers; \`gen_ai.server.*\` are calls as the clients of
Rollward saw them, with waiting, retries and fallbacks: there the provider is \`rollward\` and the model is the endpoint. Buckets are those that
the conventions recommend. \`gen_ai.client.operation.time_per_output_chunk\` is not there: single chunks are not timed. Tokens that were
only estimated are in \`rollward.tokens\` and not in \`gen_ai.client.token.usage\`, as the conventions want it.

## Over time

\`\`\`sh
rollward series --by endpoint,arm --step 15m          # an hour back, unless --since says otherwise
\`\`\`

\`GET /api/series\` answers the same as JSON. Minutes are kept for two days, hours for 400. A call counts in the minute in which it *ended*; what
people and judges say of it counts in the minute in which they said it. Copies of shadow stages and backtests have attempts, tokens and cost,
under the arms \`shadow\` and \`backtest\`, and are no calls.

- **Latency** is of calls that were answered, **first token** of streams that were answered. Buckets grow by a fifth from 0.625 ms to 655 s, and
  hold all bounds of the conventions; they are added without loss, in any order. A quantile is off by at most 9.1 %, and comes with the bounds of
  its bucket.
- **Faults** are failed calls that the request itself is not to blame for: the provider, the network or Rollward failed. Limits, spent budgets,
  wrong requests and emergency stops are failures, but no faults. What a budget or limit refuses that all callers share is counted beside them: rules with
  \`over_limit_above\`, service levels and \`rollward now\` know it ([alerts.md](alerts.md#rules)).
- **Long times.** When a day (UTC) has been over for an hour its hours are added up to one cell for each endpoint × release × arm × tier × model, and every sum over whole days
  reads these: 400 days, reports, the periods of service levels. After an upgrade the days of before follow within some twenty minutes, the newest first. What is counted
  late, because the database was away, has its day made again; until then the hours are read, so that the sum is always the whole one.
- **Disk.** 1.2 KB for each cell of a minute, an hour or a day in which something ended: at most 15 MB for each endpoint × release × arm × tier × model.
- **Bounds.** A minute has at most 1,000 cells; what is beyond is counted as \`(other)\` of its environment (\`rollward_series_merged_total\`).
  While the database is away 10,000 cells wait; then those of the oldest minutes are dropped and counted
  (\`rollward_series_dropped_total\`). At a \`kill -9\` the counts of the last five seconds are lost; an orderly stop loses none.
- **What \`/metrics\` shows.** Releases that were called in the last 24 hours, of the process's own calls, and 2,000 totals at most; beyond, the releases that were silent for longest make
  room. A release leaves with all of its series at once, so that no sum over some of them counts down, and begins at zero when it is called again: to Prometheus its series ended and
  come back as after a restart of the process, which \`rate\` and \`increase\` take into account. Failed attempts by model, which name no release, go on.

What counting costs is in [performance.md](performance.md).

## Every name

Labels without a value are left out. No label can be made up by who calls: there is no user, key, session or digest of a release among them.
`;
