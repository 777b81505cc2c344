/** Emergency stops, lifted ones too. A subject has one in force at most. */
export const pauses = `
create table pauses (
  id text collate "C" primary key,
  position bigint generated always as identity,
  subject text collate "C" not null,
  reason text not null,
  opened_by text not null,
  opened_at bigint not null,
  lifted_at bigint,
  lifted_by text,
  lifted_reason text
);
create unique index pauses_in_force on pauses (subject) where lifted_at is null;
create index pauses_newest on pauses (position);
create trigger pauses_change after insert or update on pauses for each statement execute function note_change();
`;
