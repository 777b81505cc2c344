/**
 * What changed and has no other record; incidents with their logs; reports that were sent. An alert belongs to one incident
 * at most, whoever looks first. Times are epoch milliseconds.
 */
export const incidents = `
create table change_log (
  id text collate "C" primary key,
  at bigint not null,
  kind text collate "C" not null,
  environment text collate "C",
  endpoint text collate "C",
  subject text collate "C",
  change json not null
);
create index change_log_newest on change_log (at, id);
create index change_log_of_subject on change_log (kind, subject, at) where subject is not null;

create table incidents (
  id text collate "C" primary key,
  environment text collate "C" not null,
  seq integer not null,
  is_open boolean not null,
  opened_at bigint not null,
  resolved_at bigint,
  snapshot json not null
);
create index incidents_newest on incidents (environment, id);
create index incidents_open on incidents (id) where is_open;

create table incident_events (
  incident_id text collate "C" not null references incidents on delete cascade,
  seq integer not null,
  event json not null,
  primary key (incident_id, seq)
);

create table incident_alerts (
  alert text collate "C" primary key,
  incident_id text collate "C" not null references incidents on delete cascade
);
create index incident_alerts_of on incident_alerts (incident_id);

create table sent_reports (
  id text collate "C" primary key,
  sent_at bigint not null
);
`;
