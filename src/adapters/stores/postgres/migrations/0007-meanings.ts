/**
 * Questions by their meaning, and what is known of how far that can be trusted. A removed row stays a while without its
 * vector, so that other servers hear of it; `changed_at` is by the database's clock. Vectors are float32, little-endian;
 * compressing them gains nothing.
 */
export const meanings = `
create table meanings (
  partition text collate "C" not null,
  key text collate "C" not null,
  endpoint text collate "C" not null,
  call_id text not null,
  vector bytea not null,
  question text not null,
  notes jsonb not null default '[]',
  vetoes jsonb not null default '[]',
  at bigint not null,
  expires_at bigint not null,
  changed_at bigint not null,
  is_gone boolean not null default false,
  primary key (partition, key)
);
alter table meanings alter column vector set storage external;
create index meanings_changed on meanings (partition, changed_at);
create index meanings_endpoint on meanings (endpoint);
create index meanings_expiry on meanings (expires_at);
create table meaning_states (
  name text collate "C" primary key,
  endpoint text not null,
  version integer not null,
  state text not null,
  about text not null,
  changed_at bigint not null
);
`;
