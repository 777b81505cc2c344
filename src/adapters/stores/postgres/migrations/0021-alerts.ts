/** Alerts, what happened to them, who was told, and what servers saw of themselves. Times are epoch milliseconds. */
export const alerts = `
create table alerts (
  fingerprint text collate "C" primary key,
  environment text collate "C" not null,
  status text not null,
  since bigint not null,
  episode int not null,
  version int not null,
  acknowledged json,
  alert json not null
);
create index alerts_of_environment on alerts (environment);
create index alerts_firing on alerts (since) where status = 'firing';

create table alert_transitions (
  seq bigint generated always as identity primary key,
  fingerprint text collate "C" not null,
  version int not null,
  environment text collate "C" not null,
  at bigint not null,
  step json not null
);
create index alert_transitions_of_alert on alert_transitions (fingerprint, seq);
create index alert_transitions_of_environment on alert_transitions (environment, seq);

create table alert_silences (
  id text collate "C" primary key,
  position bigint generated always as identity,
  environment text collate "C" not null,
  ends_at bigint not null,
  ended_at bigint,
  silence json not null
);
create index alert_silences_of_environment on alert_silences (environment, position);

create table alert_desks (
  environment text collate "C" primary key,
  version int not null,
  desk json not null
);

create table alert_deliveries (
  seq bigint generated always as identity primary key,
  id text collate "C" not null unique,
  environment text collate "C" not null,
  notifier text collate "C" not null,
  lane text collate "C" not null,
  telling json not null,
  tries int not null default 0,
  created_at bigint not null,
  due_at bigint not null,
  sent_at bigint,
  given_up_at bigint,
  trouble text,
  claimed_until bigint not null default 0
);
create index alert_deliveries_waiting on alert_deliveries (environment, notifier, lane, seq)
  where sent_at is null and given_up_at is null;

create table sightings (
  environment text collate "C" not null,
  replica_id text collate "C" not null,
  at bigint not null,
  sights json not null,
  primary key (environment, at, replica_id)
);
`;
