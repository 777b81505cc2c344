/** What the providers' prompt caches have saved beside what was spent; below 0 where more was written than read. */
export const cacheSavings = `
alter table spend_hours add column cache_saved_pico numeric(30) not null default 0;
`;
