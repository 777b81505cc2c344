/**
 * Who lives and who leads among the servers of one database, and how often keys and projects changed. Times are the
 * database's, so that the clocks of the servers do not matter.
 */
export const replicas = `
create table replicas (
  id text collate "C" primary key,
  epochs json not null,
  seen_at timestamptz not null
);

create table leases (
  name text collate "C" primary key,
  holder text collate "C" not null,
  until timestamptz not null
);

create table changes (
  topic text collate "C" primary key,
  seq bigint not null
);

create function note_change() returns trigger language plpgsql as $$
begin
  insert into changes (topic, seq) values (tg_table_name, 1)
    on conflict (topic) do update set seq = changes.seq + 1;
  return null;
end
$$;
create trigger keys_change after insert or update or delete on keys for each statement execute function note_change();
create trigger projects_change after insert on projects for each statement execute function note_change();
`;
