/**
 * Versions of prompts, models and tools, and where releases came from. Those of releases that are there already are
 * given when the program starts (`pinOldReleases`).
 */
export const registry = `
create table part_versions (
  kind text collate "C" not null,
  name text collate "C" not null,
  number integer not null,
  digest text collate "C" not null,
  content json not null,
  created_at bigint not null,
  primary key (kind, name, number),
  constraint part_versions_digest unique (kind, name, digest)
);
create index part_versions_content on part_versions (kind, digest);

create table release_parts (
  release_id text collate "C" not null,
  position integer not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  number integer not null,
  digest text collate "C" not null,
  primary key (release_id, position)
);
create index release_parts_uses on release_parts (kind, digest, release_id);

create table release_origins (
  position bigint generated always as identity primary key,
  release_id text collate "C" not null,
  environment text collate "C" not null,
  origin json,
  parent text collate "C",
  at bigint not null,
  noted_by text not null,
  reason text
);
create index release_origins_of on release_origins (release_id, position);

alter table projects add column origin json;
alter table leases add column said json;
`;
