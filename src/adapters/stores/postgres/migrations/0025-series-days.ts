/** One server at a time makes the cells of a day, and nobody adds to its hours meanwhile. */
export const SERIES_DAYS_LOCK = 7_065_546;

/**
 * Cells of days (`span = 'day'`), made out of those of hours so that a sum over months reads few. `series_days` names the days that have
 * theirs; one whose hours are added to, by this program or an older one, has none until they are made again. Packs of recorded calls that cannot
 * be read are noted in `damaged_packs` until their day has passed. `series_merge_all` stays: an older program beside this one sums by it.
 */
export const seriesDays = `
create table series_days (start bigint primary key);

create function series_hours_changed() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(${SERIES_DAYS_LOCK});
  delete from series_days where start in (
    select start from series_days
    where start in (select start - start % 86400000 from fresh where span = 'hour')
    order by start for update
  );
  return null;
end $$;
create trigger series_hours_inserted after insert on series_cells
  referencing new table as fresh for each statement execute function series_hours_changed();
create trigger series_hours_updated after update on series_cells
  referencing new table as fresh for each statement execute function series_hours_changed();

create table damaged_packs (
  day integer not null,
  pack uuid primary key,
  noted_at timestamptz not null default now()
);
`;
