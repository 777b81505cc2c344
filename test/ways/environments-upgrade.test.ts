import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { describe, expect, test } from "vitest";
import { migrate } from "../../src/adapters/stores/postgres/migrate.ts";
import { MIGRATIONS } from "../../src/adapters/stores/postgres/migrations/index.ts";
import type { Tables } from "../../src/adapters/stores/postgres/tables.ts";
import { loadProject } from "../../src/config/load.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import { hashSecret, presentKey } from "../../src/domain/access/presented-key.ts";
import { releaseDigest } from "../../src/domain/release/release-digest.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";

/** The newest schema of a server that served one environment only. */
const BEFORE = 10;

const MAIN = `${simulatedText(modelText("m-2026-01-01", { input: 1_000 })).replace("production", "staging")}
endpoints:
  bot: { models: [sim/m-2026-01-01] }
budgets:
  small: { per: environment, window: total, amount: 1 }
`;

const FILES = { "rollward.yaml": MAIN };
const KEY = presentKey("key_01JDAAAAAAAAAAAAAAAAAAAAAA", "a".repeat(64));

/** What a server of that time had written for an environment that is not called production. */
async function writeOld({ url }: FreshDatabase): Promise<void> {
  const pool = new pg.Pool({ connectionString: url });
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  await migrate(
    db,
    MIGRATIONS.filter(({ number }) => number <= BEFORE),
  );
  const loaded = loadProject({ main: "rollward.yaml", files: new Map(Object.entries(FILES)) });
  const content = loaded.ok ? loaded.project.endpoints.get("bot")?.content : undefined;
  if (content === undefined) throw new Error("The project has no mistakes.");
  const run = (text: string, values: readonly unknown[]): Promise<unknown> => pool.query(text, [...values]);
  await run("insert into releases values ('rel_1', 'bot', 1, $1, $2, 1, 'Ada')", [
    releaseDigest(content),
    JSON.stringify(content),
  ]);
  await run("insert into channels values ('bot', 'staging', 'rel_1', 7, null)", []);
  await run("insert into projects (environment, files, applied_at, author) values ('staging', $1, 1, 'start')", [
    JSON.stringify({ ...FILES, "": "rollward.yaml" }),
  ]);
  await run(`insert into keys (id, name, scopes, secret_hash, created_at) values ($1, 'old', '["inference"]', $2, 1)`, [
    "key_01JDAAAAAAAAAAAAAAAAAAAAAA",
    hashSecret("a".repeat(64)),
  ]);
  await run(
    `insert into budget_accounts (id, budget, subject, limit_pico, committed_pico, settled_pico)
      values ('small|environment|total|0|staging', 'small', 'staging', 1000000000000, 999999999999, 999999999999)`,
    [],
  );
  await run(
    "insert into pauses (id, subject, reason, opened_by, opened_at) values ('pau_1', 'tenant acme', 'Old.', 'Ada', 1)",
    [],
  );
  await db.destroy();
}

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)(
  "a database from before there were several environments",
  () => {
    test("is served as it was: its channel, its keys, what was spent and what is stopped", async () => {
      const database = await createFreshDatabase();
      if (database === null) throw new Error("There is a server.");
      await writeOld(database);
      const server = await startServer(FILES, { database });
      try {
        const [endpoint] = ((await server.ask("GET", "/api/endpoints")).body as { data: unknown[] }).data;
        expect(endpoint).toMatchObject({
          endpoint: "bot",
          environment: "staging",
          epoch: 7,
          stable: { name: "bot@1" },
        });
        expect((await server.ask("GET", "/api/rollouts")).body).toEqual({ data: [] });
        const response = await fetch(`${server.url}/v1/chat/completions`, {
          method: "POST",
          headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
          body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
        });
        // The money that an earlier version has counted is still counted.
        expect(await response.json()).toMatchObject({ error: { code: "budget_spent" } });
        const keys = (await server.ask("GET", "/api/keys")).body as { data: { name: string; environment: string }[] };
        expect(keys.data.find(({ name }) => name === "old")).toMatchObject({ environment: "staging" });
        expect((await server.ask("GET", "/api/pauses")).body).toMatchObject({
          data: [{ subject: { type: "tenant", name: "acme" } }],
        });
        const connection = { url: server.url, key: ADMIN_KEY, environment: "production" };
        const missing = sendProject(connection, { path: server.config, dryRun: false });
        expect((await missing).mistakes).toMatchObject([{ message: 'this project has no environment "production"' }]);
      } finally {
        await server.stop();
        await database.drop();
      }
    });
  },
);
