/**
 * Several environments on one server. A key without one belongs to the server's own, as all did before; the projects of
 * before are those of the own environment. Reports of the pipeline are only ever added; the newest of a stage counts.
 */
export const environments = `
alter table keys add column environment text collate "C";
alter table projects add column is_own boolean not null default true;
create index projects_newest on projects (environment, id);

create table pipeline_reports (
  position bigint generated always as identity primary key,
  release_id text collate "C" not null,
  environment text collate "C" not null,
  stage text collate "C" not null,
  state text not null,
  at bigint not null,
  reported_by text not null,
  note text,
  url text
);
create index pipeline_reports_newest on pipeline_reports (release_id, environment, stage, position desc);
`;
