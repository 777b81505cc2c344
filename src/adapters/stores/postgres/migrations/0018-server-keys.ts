/** The key that signs what leaves the server: one row. */
export const serverKeys = `
create table server_keys (
  only_one boolean primary key default true check (only_one),
  private_key text not null,
  created_at bigint not null
);
`;
