/**
 * Items of answers can be referred to by their ids. `output` holds them alone, so that looking for them does not read
 * whole conversations; of responses that were stored before, none is found. Without `fastupdate`, because looking would
 * read what is put off.
 */
export const responseItems = `
alter table responses
  add column item_ids text[] collate "C" not null default '{}',
  add column output_bytes integer not null default 0,
  add column output bytea;
alter table responses alter column output set storage external;
create index responses_by_item on responses using gin (item_ids) with (fastupdate = off);
`;
