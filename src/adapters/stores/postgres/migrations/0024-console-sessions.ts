/** Who is signed in to the console, and links that sign in once. Tokens are kept as hashes. Times are epoch milliseconds. */
export const consoleSessions = `
create table console_sessions (
  id text collate "C" primary key,
  hash text collate "C" not null unique,
  key_id text collate "C" not null,
  created_at bigint not null,
  last_used_at bigint not null,
  expires_at bigint not null
);

create table console_links (
  hash text collate "C" primary key,
  key_id text collate "C" not null,
  expires_at bigint not null
);
`;
