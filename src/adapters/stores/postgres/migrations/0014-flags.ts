/**
 * Kill switches of flags, restored ones too; a flag of an environment has one in force at most. Since when a flag has its
 * definition, and how often each of its variants was served.
 */
export const flags = `
create table flag_kills (
  id text collate "C" primary key,
  position bigint generated always as identity,
  environment text collate "C" not null,
  flag text collate "C" not null,
  reason text not null,
  killed_by text not null,
  killed_at bigint not null,
  restored_at bigint,
  restored_by text,
  restored_reason text
);
create unique index flag_kills_in_force on flag_kills (environment, flag) where restored_at is null;
create index flag_kills_newest on flag_kills (position);
create index flag_kills_of_flag on flag_kills (environment, flag, position);
create trigger flag_kills_change after insert or update on flag_kills for each statement execute function note_change();

create table flag_definitions (
  environment text collate "C" not null,
  flag text collate "C" not null,
  digest text collate "C" not null,
  since bigint not null,
  primary key (environment, flag)
);

create table flag_counts (
  environment text collate "C" not null,
  flag text collate "C" not null,
  variant text collate "C" not null,
  evaluations bigint not null,
  first_at bigint not null,
  last_at bigint not null,
  primary key (environment, flag, variant)
);
`;
