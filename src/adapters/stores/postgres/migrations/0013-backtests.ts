/**
 * Backtests and their samples. `plan` is what was frozen when it was planned, `session` and `ended` what was found: JSON as
 * text, because `jsonb` takes no NUL, which ids of users may have. Who runs one holds a lease.
 */
export const backtests = `
create table backtests (
  id text collate "C" primary key,
  position bigint generated always as identity,
  endpoint text collate "C" not null,
  environment text collate "C" not null,
  candidate text collate "C" not null,
  baseline text collate "C" not null,
  state text not null,
  plan text not null,
  started_at bigint,
  stop_asked_by text,
  ended_at bigint,
  ended text
);
create index backtests_newest on backtests (position);
create index backtests_pair on backtests (endpoint, environment, candidate, baseline, position);
create index backtests_open on backtests (state) where state <> 'ended';
create table backtest_sessions (
  backtest text collate "C" not null references backtests on delete cascade,
  position integer not null,
  state text not null,
  spent_pico numeric(40) not null,
  session text not null,
  primary key (backtest, position)
);
`;
