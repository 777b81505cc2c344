import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { GroupProof, KeptProof, ProofStore } from "../../../ports/proof-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

const MOST = 1_000;

/** What is proven, in PostgreSQL. */
export const createPostgresProofStore = (db: Kysely<Tables>): ProofStore => ({
  find: (group, known) => find(db, group, known),
  async save({ group, endpoint, text, about }, read, now) {
    const account = plainText(about);
    const { numAffectedRows } =
      read === null
        ? await sql`
            insert into meaning_states (name, endpoint, version, state, about, changed_at)
            values (${group}, ${endpoint}, 1, ${text}, ${account}, ${now}) on conflict (name) do nothing`.execute(db)
        : await sql`
            update meaning_states
            set state = ${text}, about = ${account}, endpoint = ${endpoint}, version = version + 1, changed_at = ${now}
            where name = ${group} and version = ${read}`.execute(db);
    return (numAffectedRows ?? 0n) > 0n;
  },
  async accounts() {
    const { rows } = await sql<Pick<GroupProof, "group" | "endpoint" | "about">>`
      select name as "group", endpoint, about from meaning_states
      order by changed_at desc, name limit ${MOST}`.execute(db);
    return rows;
  },
  async expire(quiet) {
    await sql`delete from meaning_states where changed_at < ${quiet}`.execute(db);
  },
});

/** The text only where it has changed: it may have half a megabyte. */
async function find(db: Kysely<Tables>, group: string, known: number | null): Promise<KeptProof | "same" | null> {
  const { rows } = await sql<{ version: number; text: string | null }>`
    select version, case when version = ${known ?? 0} then null else state end as text
    from meaning_states where name = ${group}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  return row.text === null ? "same" : { version: row.version, text: row.text };
}
