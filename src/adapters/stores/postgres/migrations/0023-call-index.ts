/**
 * Finds calls by anything in their facts and by words (call-index/). A segment holds a few columns of up to some twenty
 * thousand calls of one day; its texts are partitioned by the day on which they expire, as bodies are. A pack of facts
 * waits in `call_index_queue` until its calls are in a segment: those that are there now are taken in step by step. The
 * trigger sees to it that an older program that still writes into the same database is found too.
 */
export const callIndex = `
create table call_index_queue (
  day integer not null,
  pack uuid not null,
  first_ms bigint not null,
  last_ms bigint not null,
  primary key (last_ms, pack)
);

create table call_segments (
  day integer not null,
  id uuid not null,
  first_ms bigint not null,
  last_ms bigint not null,
  calls integer not null,
  head bytea not null
) partition by list (day);
create index call_segments_newest on call_segments (last_ms);

create table call_segment_parts (
  day integer not null,
  segment uuid not null,
  part integer not null,
  raw_bytes integer not null,
  data bytea not null
) partition by list (day);
alter table call_segment_parts alter column data set storage external;
create index call_segment_parts_by_segment on call_segment_parts (segment, part);

create table call_texts (
  day integer not null,
  segment uuid not null,
  part integer not null,
  raw_bytes integer not null,
  data bytea not null
) partition by list (day);
alter table call_texts alter column data set storage external;
create index call_texts_by_segment on call_texts (segment, part);

create function queue_call_pack() returns trigger language plpgsql as $$
begin
  if new.last_ms is not null then
    insert into call_index_queue (day, pack, first_ms, last_ms)
    values (new.day, new.id, new.first_ms, new.last_ms) on conflict do nothing;
  end if;
  return null;
end $$;
create trigger queue_call_pack after insert on fact_packs for each row execute function queue_call_pack();

create index fact_packs_written on fact_packs (written_us);

insert into call_index_queue (day, pack, first_ms, last_ms)
select day, id, first_ms, last_ms from fact_packs where last_ms is not null on conflict do nothing;
`;
