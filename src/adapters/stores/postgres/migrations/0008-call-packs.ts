/**
 * A pack of facts says itself which calls it holds, so that a call needs no row of its own. `first_ms` and `last_ms`
 * are the times in the ids of its first and last call, epoch milliseconds; `tags` has one number per line, made from
 * the end of the id. Packs from before have neither: their calls are rows of `calls`, which are read until they
 * expire. `call_marks` says by what the calls of a pack can be found (call-marks.ts).
 */
export const callPacks = `
alter table fact_packs
  add column first_ms bigint,
  add column last_ms bigint,
  add column tags integer[],
  add column written_us bigint;
alter table fact_packs alter column written_us set default (extract(epoch from clock_timestamp()) * 1000000)::bigint;
create index fact_packs_newest on fact_packs (last_ms, id);

create table call_marks (
  day integer not null,
  mark bigint not null,
  last_ms bigint not null,
  pack uuid not null
) partition by list (day);
create index call_marks_newest on call_marks (mark, last_ms, pack);
`;
