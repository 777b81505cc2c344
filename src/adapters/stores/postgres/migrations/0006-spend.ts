/** What each replica spent by the hour. Numbers of a row only grow; sums over replicas are the whole. */
export const spend = `
create table spend_hours (
  hour bigint not null,
  replica_id text collate "C" not null,
  endpoint text collate "C" not null,
  model text collate "C" not null,
  key_id text collate "C" not null,
  user_name text collate "C" not null,
  calls bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  input_pico numeric(30) not null,
  cached_input_pico numeric(30) not null,
  cache_write_pico numeric(30) not null,
  output_pico numeric(30) not null,
  reasoning_pico numeric(30) not null,
  other_pico numeric(30) not null,
  primary key (hour, replica_id, endpoint, model, key_id, user_name)
);
`;
