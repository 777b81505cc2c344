/** Responses that clients may refer to by their id. */
export const responses = `
create table responses (
  id text collate "C" not null,
  key_id text collate "C" not null,
  created_at bigint not null,
  expires_at bigint not null,
  raw_bytes integer not null,
  data bytea not null,
  primary key (key_id, id)
);
create index responses_by_expiry on responses (expires_at);
alter table responses alter column data set storage external;
`;
