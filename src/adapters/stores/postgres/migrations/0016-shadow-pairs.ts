/** Answers of candidates to copies of calls, beside those of stable. */
export const shadowPairs = `
create table shadow_pairs (
  rollout_id text collate "C" not null,
  position bigint not null,
  at bigint not null,
  session text collate "C" not null,
  pair json not null,
  primary key (rollout_id, position)
);
create index shadow_pairs_by_time on shadow_pairs (at);
`;
