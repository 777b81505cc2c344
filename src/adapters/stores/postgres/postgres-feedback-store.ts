import type { Insertable, Kysely, Selectable } from "kysely";
import type { Feedback, FeedbackItem } from "../../../domain/feedback/feedback.ts";
import { isSame } from "../../../domain/feedback/is-same.ts";
import type { AppendResult, FeedbackFilter, FeedbackStore, StoredFeedback } from "../../../ports/feedback-store.ts";
import { plainText } from "./plain-text.ts";
import type { FeedbackTable } from "./call-tables.ts";
import type { Tables } from "./tables.ts";

/** Rows that are deleted at a time: in the embedded database a long statement makes everybody wait. */
const DELETED_AT_ONCE = 500;

/** Feedback in PostgreSQL, one row for each thing that was said. */
export function createPostgresFeedbackStore(db: Kysely<Tables>): FeedbackStore {
  return {
    append: (feedback) => append(db, feedback),
    appendWhole: (feedback) => appendWhole(db, feedback),
    list: (filter) => list(db, filter),
    async expire(before) {
      for (;;) {
        const old = db.selectFrom("feedback").select("position").where("at", "<", before).limit(DELETED_AT_ONCE);
        const { numDeletedRows } = await db.deleteFrom("feedback").where("position", "in", old).executeTakeFirst();
        if (numDeletedRows < BigInt(DELETED_AT_ONCE)) return;
      }
    },
  };
}

async function append(db: Kysely<Tables>, feedback: readonly Feedback[]): Promise<readonly AppendResult[]> {
  if (feedback.length === 0) return [];
  const inserted = await db
    .insertInto("feedback")
    .values(feedback.map(rowOf))
    .onConflict((conflict) => conflict.columns(["owner", "id", "part"]).doNothing())
    .returning(["owner", "id", "part"])
    .execute();
  const isNew = new Set(inserted.map(placeOf));
  const known = await knownOf(db, feedback, isNew);
  // Of two of the same in one call the first one was inserted.
  return feedback.map((each): AppendResult => {
    const place = placeOf(rowOf(each));
    if (isNew.delete(place)) return "new";
    const stored = known.get(place);
    return stored !== undefined && isSame(stored, plain(each)) ? "same" : "other";
  });
}

/** Rolls a transaction back. */
class NotWhole extends Error {}

/** Whether it is whole is known after it was inserted; until then nobody else sees it. */
async function appendWhole(db: Kysely<Tables>, feedback: readonly Feedback[]): Promise<readonly AppendResult[]> {
  let results: readonly AppendResult[] = [];
  try {
    await db.transaction().execute(async (transaction) => {
      results = await append(transaction, feedback);
      if (results.includes("other")) throw new NotWhole();
    });
  } catch (error) {
    if (!(error instanceof NotWhole)) throw error;
  }
  return results;
}

/** What is stored under the ids that were known, or twice in one call. */
async function knownOf(
  db: Kysely<Tables>,
  feedback: readonly Feedback[],
  isNew: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Feedback>> {
  if (feedback.length === isNew.size) return new Map();
  const owners = [...new Set(feedback.map(({ owner }) => plainText(owner)))];
  const ids = [...new Set(feedback.map(({ id }) => plainText(id)))];
  const rows = await db
    .selectFrom("feedback")
    .selectAll()
    .where("owner", "in", owners)
    .where("id", "in", ids)
    .execute();
  return new Map(rows.map((row) => [placeOf(row), feedbackOf(row)]));
}

/** As it reads when it comes back. */
const plain = (each: Feedback): Feedback => ({
  ...each,
  callId: plainOrNull(each.callId),
  session: plainOrNull(each.session),
  endpoint: plainOrNull(each.endpoint),
  environment: plainText(each.environment),
});

const placeOf = ({ owner, id, part }: { readonly owner: string; readonly id: string; readonly part: number }): string =>
  JSON.stringify([owner, id, part]);

const EQUALS = {
  endpoint: "endpoint",
  environment: "environment",
  release: "release",
  rolloutId: "rollout_id",
  callId: "call_id",
  session: "session",
  kind: "kind",
} as const satisfies Partial<Record<keyof FeedbackFilter, keyof FeedbackTable>>;

async function list(db: Kysely<Tables>, filter: FeedbackFilter): Promise<readonly StoredFeedback[]> {
  let query = db.selectFrom("feedback").selectAll().orderBy("position", "desc").limit(filter.limit);
  for (const [name, column] of Object.entries(EQUALS) as [
    keyof typeof EQUALS,
    (typeof EQUALS)[keyof typeof EQUALS],
  ][]) {
    const value = filter[name];
    if (value !== undefined) query = query.where(column, "=", plainText(value));
  }
  if (filter.since !== undefined) query = query.where("at", ">=", filter.since);
  if (filter.before !== undefined) query = query.where("position", "<", filter.before);
  return (await query.execute()).map(feedbackOf);
}

const plainOrNull = (text: string | null): string | null => (text === null ? null : plainText(text));

const rowOf = (each: Feedback): Insertable<FeedbackTable> => ({
  owner: plainText(each.owner),
  id: plainText(each.id),
  part: each.part,
  at: each.at,
  kind: each.item.kind,
  key_id: plainText(each.keyId),
  call_id: plainOrNull(each.callId),
  session: plainOrNull(each.session),
  endpoint: plainOrNull(each.endpoint),
  environment: plainText(each.environment),
  release: plainOrNull(each.release),
  rollout_id: plainOrNull(each.rolloutId),
  arm: each.arm,
  item: JSON.stringify(each.item),
});

const feedbackOf = (row: Selectable<FeedbackTable>): StoredFeedback => ({
  position: row.position,
  owner: row.owner,
  id: row.id,
  part: row.part,
  at: row.at,
  keyId: row.key_id,
  callId: row.call_id,
  session: row.session,
  endpoint: row.endpoint,
  environment: row.environment,
  release: row.release,
  rolloutId: row.rollout_id,
  arm: row.arm as Feedback["arm"],
  item: row.item as FeedbackItem,
});
