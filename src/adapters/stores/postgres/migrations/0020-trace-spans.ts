/** Spans that applications send. `span` is JSON with what nobody looks for; times are epoch microseconds and milliseconds. */
export const traceSpans = `
create table trace_spans (
  environment text collate "C" not null,
  trace_id uuid not null,
  span_id text collate "C" not null,
  start_us bigint not null,
  received_at bigint not null,
  span json not null,
  primary key (environment, trace_id, span_id)
);
create index trace_spans_by_time on trace_spans (received_at);
`;
