import { sql } from "kysely";
import type { Kysely, RawBuilder } from "kysely";
import { TOKEN_CLASSES } from "../../../domain/spend/spend.ts";
import type { ClassSpend, ModelSpend, TokenClass } from "../../../domain/spend/spend.ts";
import type { SpendRow } from "../../../domain/spend/spend-book.ts";
import type { EnvironmentScope } from "../../../domain/traffic/environment-scope.ts";
import type {
  CostQuery,
  CostSum,
  SpendDimension,
  SpendQuery,
  SpendStore,
  SpendSum,
} from "../../../ports/spend-store.ts";
import { indexedText } from "./plain-text.ts";
import type { Tables } from "./tables.ts";

/** Rows in one statement: far below PostgreSQL's limit of parameters, as they travel in one. */
const PAGE = 2_000;

const COLUMNS: Readonly<Record<TokenClass, string>> = {
  input: "input",
  cachedInput: "cached_input",
  cacheWrite: "cache_write",
  output: "output",
  reasoning: "reasoning",
};

const COUNTERS: readonly string[] = [
  "calls",
  ...TOKEN_CLASSES.flatMap((each) => [`${COLUMNS[each]}_tokens`, `${COLUMNS[each]}_pico`]),
  "other_pico",
  "cache_saved_pico",
];

/** What was saved is no cost. */
const COSTS: readonly string[] = COUNTERS.filter((each) => each.endsWith("_pico") && each !== "cache_saved_pico");

const GROUPS: Readonly<Record<SpendDimension, string>> = {
  hour: "hour",
  endpoint: "endpoint",
  model: "model",
  key: "key_id",
  user: "user_name",
};

/** Spend in PostgreSQL. */
export function createPostgresSpendStore(db: Kysely<Tables>): SpendStore {
  return {
    async write(replicaId, rows) {
      for (let start = 0; start < rows.length; start += PAGE) {
        await writePage(db, replicaId, rows.slice(start, start + PAGE));
      }
    },
    sum: (query) => sum(db, query),
    costs: (query) => costs(db, query),
    async expire(before) {
      await sql`delete from spend_hours where hour < ${before}`.execute(db);
    },
  };
}

const typeOf = (counter: string): string => (counter.endsWith("_pico") ? "numeric" : "bigint");

async function writePage(db: Kysely<Tables>, replicaId: string, rows: readonly SpendRow[]): Promise<void> {
  const documents = JSON.stringify(rows.map((row) => documentOf(replicaId, row)));
  const columns = sql.raw(["hour", "replica_id", "endpoint", "model", "key_id", "user_name", ...COUNTERS].join(", "));
  const shape = sql.raw(
    [
      "hour bigint, replica_id text, endpoint text, model text, key_id text, user_name text",
      ...COUNTERS.map((counter) => `${counter} ${typeOf(counter)}`),
    ].join(", "),
  );
  const updates = sql.raw(COUNTERS.map((counter) => `${counter} = excluded.${counter}`).join(", "));
  await sql`
    insert into spend_hours (${columns})
    select ${columns} from json_to_recordset(${documents}::json) as x(${shape})
    on conflict (hour, replica_id, endpoint, model, key_id, user_name) do update set ${updates}`.execute(db);
}

function documentOf(replicaId: string, { spend, ...slot }: SpendRow): Record<string, string | number> {
  const document: Record<string, string | number> = {
    hour: slot.hour,
    replica_id: replicaId,
    endpoint: indexedText(slot.endpoint),
    model: indexedText(slot.model),
    key_id: slot.keyId,
    user_name: indexedText(slot.user),
    calls: spend.calls,
    other_pico: spend.otherPico.toString(),
    cache_saved_pico: spend.savedPico.toString(),
  };
  for (const each of TOKEN_CLASSES) {
    document[`${COLUMNS[each]}_tokens`] = spend.classes[each].tokens;
    document[`${COLUMNS[each]}_pico`] = spend.classes[each].costPico.toString();
  }
  return document;
}

async function sum(db: Kysely<Tables>, query: SpendQuery): Promise<readonly SpendSum[]> {
  const { since, until, by, endpoint, scope, keyId, user, limit } = query;
  const groups = by.map((each) => sql.raw(GROUPS[each]));
  const sums = COUNTERS.map((counter) => sql.raw(`sum(${counter})::text as ${counter}`));
  const filters: readonly RawBuilder<unknown>[] = [
    sql`hour >= ${since}`,
    sql`hour < ${until}`,
    ...(endpoint === undefined ? [] : [sql`endpoint = ${indexedText(endpoint)}`]),
    ...(scope === undefined ? [] : [withinScope(scope)]),
    ...(keyId === undefined ? [] : [sql`key_id = ${keyId}`]),
    ...(user === undefined ? [] : [sql`user_name = ${indexedText(user)}`]),
  ];
  const cost = sql.raw(COSTS.join(" + "));
  const grouping = groups.length === 0 ? sql`having count(*) > 0` : sql`group by ${sql.join(groups)}`;
  const { rows } = await sql<Record<string, string>>`
    select ${sql.join([...groups, ...sums])} from spend_hours where ${sql.join(filters, sql` and `)}
    ${grouping} order by sum(${cost}) desc limit ${limit}`.execute(db);
  return rows.map((row) => sumOf(row, by));
}

async function costs(db: Kysely<Tables>, query: CostQuery): Promise<readonly CostSum[]> {
  const { bounds, by, endpoints, keyIds, scope } = query;
  const groups = by.map((each) => sql.raw(GROUPS[each]));
  const filters: readonly RawBuilder<unknown>[] = [
    sql`hour >= ${bounds.at(0) ?? 0}`,
    sql`hour < ${bounds.at(-1) ?? 0}`,
    ...(endpoints === undefined ? [] : [sql`endpoint = any(${endpoints.map(indexedText)}::text[])`]),
    ...(keyIds === undefined ? [] : [sql`key_id = any(${[...keyIds]}::text[])`]),
    ...(scope === undefined ? [] : [withinScope(scope)]),
  ];
  const columns = [sql`width_bucket(hour, ${[...bounds]}::bigint[]) - 1 as stretch`, ...groups];
  const { rows } = await sql<Record<string, string>>`
    select ${sql.join(columns)}, min(hour) as oldest, sum(${sql.raw(COSTS.join(" + "))})::text as cost
    from spend_hours where ${sql.join(filters, sql` and `)}
    group by ${sql.join([sql`1`, ...groups])}`.execute(db);
  return rows.map((row) => ({
    stretch: Number(row["stretch"]),
    ...(by.includes("endpoint") && { endpoint: row["endpoint"] ?? "" }),
    ...(by.includes("key") && { key: row["key_id"] ?? "" }),
    costPico: BigInt(row["cost"] ?? "0"),
    oldest: Number(row["oldest"]),
  }));
}

const withinScope = (scope: EnvironmentScope): RawBuilder<unknown> =>
  scope === "" ? sql`position('/' in endpoint) = 0` : sql`starts_with(endpoint, ${scope})`;

const sumOf = (row: Record<string, string>, by: readonly SpendDimension[]): SpendSum => ({
  ...(by.includes("hour") && { hour: Number(row["hour"]) }),
  ...(by.includes("endpoint") && { endpoint: row["endpoint"] ?? "" }),
  ...(by.includes("model") && { model: row["model"] ?? "" }),
  ...(by.includes("key") && { key: row["key_id"] ?? "" }),
  ...(by.includes("user") && { user: row["user_name"] ?? "" }),
  spend: spendOf(row),
});

function spendOf(row: Record<string, string>): ModelSpend {
  const classOf = (each: TokenClass): ClassSpend => ({
    tokens: Number(row[`${COLUMNS[each]}_tokens`]),
    costPico: BigInt(row[`${COLUMNS[each]}_pico`] ?? "0"),
  });
  return {
    calls: Number(row["calls"]),
    classes: {
      input: classOf("input"),
      cachedInput: classOf("cachedInput"),
      cacheWrite: classOf("cacheWrite"),
      output: classOf("output"),
      reasoning: classOf("reasoning"),
    },
    otherPico: BigInt(row["other_pico"] ?? "0"),
    savedPico: BigInt(row["cache_saved_pico"] ?? "0"),
  };
}
