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
      const traces = [...byTrace(spans).values()];
      const sizes = await sizesOf(
        db,
        traces.map(([first]) => first),
      );
      const taken = traces.flatMap((trace) =>
        trace.slice(0, Math.max(0, MOST_OF_TRACE - (sizes.get(keyOf(trace[0])) ?? 0))),
      );
      for (let at = 0; at < taken.length; at += ROWS) {
        await db
          .insertInto("trace_spans")
          .values(taken.slice(at, at + ROWS).map(rowOf))
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      }
      return spans.length - taken.length;
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

const keyOf = ({ environment, traceId }: TraceName): string => `${traceId} ${environment}`;

function byTrace(spans: readonly SentSpan[]): Map<string, [SentSpan, ...SentSpan[]]> {
  const traces = new Map<string, [SentSpan, ...SentSpan[]]>();
  for (const span of spans) {
    const key = keyOf(span);
    const known = traces.get(key);
    if (known === undefined) traces.set(key, [span]);
    else known.push(span);
  }
  return traces;
}

/** How many spans of each trace there are, in one statement: a request may bring a trace for every span. */
async function sizesOf(db: Kysely<Tables>, names: readonly TraceName[]): Promise<ReadonlyMap<string, number>> {
  const environments = names.map(({ environment }) => environment);
  const traces = names.map(({ traceId }) => traceId);
  const { rows } = await sql<{ environment: string; traceId: string; count: number }>`
    select environment, trace_id as "traceId", count(*)::int as count from trace_spans
    where (environment, trace_id) in (select * from unnest(${environments}::text[], ${traces}::uuid[]))
    group by environment, trace_id`.execute(db);
  return new Map(
    rows.map(({ environment, traceId, count }) => [
      keyOf({ environment, traceId: traceId.replaceAll("-", "") }),
      count,
    ]),
  );
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
