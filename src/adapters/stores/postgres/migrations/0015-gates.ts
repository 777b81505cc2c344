/** Roles of keys, freezes, what gates ran, and what people were told. Times are epoch milliseconds. */
export const gates = `
alter table keys add column roles json;

create table freezes (
  id text collate "C" primary key,
  position bigint generated always as identity,
  subject text collate "C" not null,
  reason text not null,
  opened_by text not null,
  opened_at bigint not null,
  until bigint,
  lifted_at bigint,
  lifted_by text,
  lifted_reason text
);
create index freezes_in_force on freezes (subject) where lifted_at is null;
create index freezes_newest on freezes (position);

create table gate_runs (
  rollout_id text collate "C" not null,
  gate text collate "C" not null,
  step int not null,
  attempt int not null,
  holder text collate "C" not null,
  held_until bigint not null,
  starts int not null,
  began_at bigint not null,
  ended_at bigint,
  standing text,
  detail text,
  url text,
  output text,
  primary key (rollout_id, gate, step, attempt)
);

create table notices (
  id text collate "C" primary key,
  position bigint generated always as identity,
  rollout_id text collate "C" not null,
  name text not null,
  event text not null,
  body json not null,
  tries int not null default 0,
  due_at bigint not null,
  sent_at bigint,
  given_up_at bigint,
  trouble text
);
create index notices_due on notices (due_at) where sent_at is null and given_up_at is null;
create index notices_of_rollout on notices (rollout_id, position);
`;
