/**
 * The first tables. Ids and names compare byte by byte (`collate "C"`), the same on every server. Documents
 * are `json` and not `jsonb`: they come back as they were written, and text of users may hold `\u0000`.
 */
export const foundation = `
create table releases (
  id text collate "C" primary key,
  endpoint text collate "C" not null,
  number integer not null,
  digest text collate "C" not null,
  content json not null,
  created_at bigint not null,
  author text not null,
  constraint releases_number unique (endpoint, number),
  constraint releases_digest unique (endpoint, digest)
);

create table channels (
  endpoint text collate "C" not null,
  environment text collate "C" not null,
  stable text collate "C" not null,
  epoch bigint not null,
  rollout_id text collate "C",
  primary key (endpoint, environment)
);

create table rollouts (
  id text collate "C" primary key,
  position bigint generated always as identity,
  endpoint text collate "C" not null,
  environment text collate "C" not null,
  phase text not null,
  terminal boolean not null,
  occupies boolean not null,
  seq integer not null,
  last_hash text not null,
  created_at bigint not null,
  snapshot json not null
);
create unique index rollouts_one_at_a_time on rollouts (endpoint, environment) where occupies;
create index rollouts_newest on rollouts (position);
create index rollouts_of_endpoint on rollouts (endpoint, position);
create index rollouts_open on rollouts (position) where not terminal;

create table rollout_events (
  rollout_id text collate "C" not null,
  seq integer not null,
  idempotency_key text collate "C",
  hash text not null,
  event json not null,
  primary key (rollout_id, seq)
);
create unique index rollout_events_idempotency on rollout_events (rollout_id, idempotency_key)
  where idempotency_key is not null;

create table evidence_journal (
  rollout_id text collate "C" not null,
  replica_id text collate "C" not null,
  batch integer not null,
  entries bytea not null,
  primary key (rollout_id, replica_id, batch)
);
alter table evidence_journal alter column entries set storage external;

create table keys (
  id text collate "C" primary key,
  position bigint generated always as identity,
  name text not null,
  scopes json not null,
  endpoints json,
  secret_hash text not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint
);

create table projects (
  id bigint generated always as identity primary key,
  environment text not null,
  files json not null,
  applied_at bigint not null,
  author text not null
);

create table calls (
  id text collate "C" primary key,
  at bigint not null,
  endpoint text collate "C",
  release text collate "C",
  arm text collate "C",
  rollout_id text collate "C",
  session text collate "C",
  outcome text collate "C" not null,
  pack uuid not null,
  line smallint not null
) partition by range (id);
create index calls_of_endpoint on calls (endpoint, id);
create index calls_of_session on calls (session, id) where session is not null;
create index calls_of_rollout on calls (rollout_id, id) where rollout_id is not null;
create index calls_not_ok on calls (id) where outcome <> 'ok';
create index calls_not_stable on calls (id) where arm <> 'stable';

create table fact_packs (
  day integer not null,
  id uuid not null,
  raw_bytes integer not null,
  data bytea not null,
  primary key (day, id)
) partition by list (day);
alter table fact_packs alter column data set storage external;

create table body_packs (
  day integer not null,
  id uuid not null,
  raw_bytes integer not null,
  data bytea not null,
  primary key (day, id)
) partition by list (day);
alter table body_packs alter column data set storage external;
`;
