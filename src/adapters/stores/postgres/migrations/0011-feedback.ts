/** What users, judges and applications say of calls and sessions afterwards. */
export const feedback = `
create table feedback (
  position bigint generated always as identity,
  owner text collate "C" not null,
  id text collate "C" not null,
  part integer not null,
  at bigint not null,
  kind text collate "C" not null,
  key_id text collate "C" not null,
  call_id text collate "C",
  session text collate "C",
  endpoint text collate "C",
  environment text collate "C" not null,
  release text collate "C",
  rollout_id text collate "C",
  arm text collate "C",
  item json not null,
  primary key (owner, id, part)
);
create unique index feedback_by_position on feedback (position);
create index feedback_by_time on feedback (at);
create index feedback_by_call on feedback (call_id, position) where call_id is not null;
create index feedback_by_session on feedback (session, position) where session is not null;
create index feedback_by_endpoint on feedback (endpoint, position);
create index feedback_by_rollout on feedback (rollout_id, position) where rollout_id is not null;
`;
