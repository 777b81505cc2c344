import { sql } from "kysely";
import type { Kysely, Selectable } from "kysely";
import { MOST_OF_TRACE } from "../../../ports/span-store.ts";
import type { SentSpan, SpanStore, TraceName } from "../../../ports/span-store.ts";
import { plainText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Rows written by one statement. */
const ROWS = 500;
/** Rows deleted by one statement: the embedded database has others waiting meanwhile. */
const DELETED = 5_000;

/** Spans of applications in PostgreSQL. */
export function createPostgresSpanStore(db: Kysely<Tables>): SpanStore {
  return {
    async append(spans) {
      let full = 0;
      for (const trace of byTrace(spans).values()) {
        const room = MOST_OF_TRACE - (await sizeOf(db, trace[0]));
        full += Math.max(0, trace.length - room);
        for (let at = 0; at < Math.min(room, trace.length); at += ROWS) {
          const rows = trace.slice(at, Math.min(room, at + ROWS)).map(rowOf);
          await db
            .insertInto("trace_spans")
            .values(rows)
            .onConflict((conflict) => conflict.doNothing())
            .execute();
        }
      }
      return full;
    },
    async ofTrace({ environment, traceId }, limit) {
      const rows = await db
        .selectFrom("trace_spans")
        .selectAll()
        .where("environment", "=", environment)
        .where("trace_id", "=", traceId)
        .orderBy("start_us")
        .orderBy("span_id")
        .limit(limit)
        .execute();
      return rows.map(spanOf);
    },
    async expire(before, most) {
      const oldest = await db
        .selectFrom("trace_spans")
        .select("received_at")
        .orderBy("received_at", "desc")
        .offset(most)
        .limit(1)
        .executeTakeFirst();
      const until = Math.max(before, oldest === undefined ? 0 : oldest.received_at + 1);
      for (;;) {
        const { rows } = await sql`delete from trace_spans where ctid = any(array(
          select ctid from trace_spans where received_at < ${until} limit ${DELETED})) returning 1`.execute(db);
        if (rows.length < DELETED) return;
      }
    },
  };
}

function byTrace(spans: readonly SentSpan[]): Map<string, [SentSpan, ...SentSpan[]]> {
  const traces = new Map<string, [SentSpan, ...SentSpan[]]>();
  for (const span of spans) {
    const key = `${span.traceId} ${span.environment}`;
    const known = traces.get(key);
    if (known === undefined) traces.set(key, [span]);
    else known.push(span);
  }
  return traces;
}

async function sizeOf(db: Kysely<Tables>, { environment, traceId }: TraceName): Promise<number> {
  const { count } = await db
    .selectFrom("trace_spans")
    .select(sql<number>`count(*)::int`.as("count"))
    .where("environment", "=", environment)
    .where("trace_id", "=", traceId)
    .executeTakeFirstOrThrow();
  return count;
}

function rowOf({ environment, traceId, spanId, startUs, receivedAt, ...rest }: SentSpan) {
  const span = plainText(JSON.stringify(rest));
  return { environment, trace_id: traceId, span_id: spanId, start_us: startUs, received_at: receivedAt, span };
}

const spanOf = (row: Selectable<Tables["trace_spans"]>): SentSpan => ({
  ...(row.span as Omit<SentSpan, "environment" | "traceId" | "spanId" | "startUs" | "receivedAt">),
  environment: row.environment,
  traceId: row.trace_id.replaceAll("-", ""),
  spanId: row.span_id,
  startUs: row.start_us,
  receivedAt: row.received_at,
});
