import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const YAML = `${simulatedText(modelText("m-2026-01-01"))}
endpoints:
  bot:
    models: [sim/m-2026-01-01]
`;

const PATH = "/v1/responses";

interface Answer {
  readonly id: string;
  readonly output: readonly { readonly id: string }[];
}

describe.skipIf(process.env["ROLLWARD_TEST_DATABASE_URL"] === undefined)("replicas on one PostgreSQL", () => {
  let database: FreshDatabase;
  let servers: readonly RunningServer[];
  let holder: Client;

  beforeAll(async () => {
    database = (await createFreshDatabase()) as FreshDatabase;
    const first = await startServer({ "rollward.yaml": YAML }, { database });
    servers = [first, await startServer({ "rollward.yaml": YAML }, { database })];
    holder = new Client({ connectionString: database.url });
    await holder.connect();
  });

  afterAll(async () => {
    await holder.end();
    await Promise.all(servers.map((server) => server.stop()));
    await database.drop();
  });

  const ask = async (replica: number, method: string, { path = PATH, body }: { path?: string; body?: unknown }) => {
    const answer = await servers[replica]?.ask(method, path, body);
    return { status: answer?.status, body: answer?.body as Answer };
  };

  /** An answer of the first replica that it cannot write until `holder` commits. */
  async function heldBack(): Promise<Answer> {
    await holder.query("BEGIN");
    await holder.query("LOCK TABLE responses IN EXCLUSIVE MODE");
    return (await ask(0, "POST", { body: { model: "bot", input: "Hello" } })).body;
  }

  test.each([
    ["a response", ({ id }: Answer) => ({ previous_response_id: id, input: "Go on." })],
    ["an item", ({ output }: Answer) => ({ input: [{ type: "item_reference", id: output[0]?.id }] })],
  ])("go on with %s that another is about to write", async (_, next) => {
    const first = await heldBack();
    const going = ask(1, "POST", { body: { model: "bot", ...next(first) } });
    const reading = ask(1, "GET", { path: `${PATH}/${first.id}` });
    // Asked behind them, and answered at once: by then they have looked.
    expect((await ask(1, "GET", { path: `${PATH}/resp_0` })).status).toBe(404);
    await holder.query("COMMIT");
    expect((await going).status).toBe(200);
    expect(await reading).toMatchObject({ status: 200, body: { id: first.id } });
  });

  test("refuse what nobody made, as ever", async () => {
    const body = { model: "bot", previous_response_id: "resp_nobody_made_it", input: "Go on." };
    expect(await ask(1, "POST", { body })).toMatchObject({
      status: 400,
      body: { error: { code: "previous_response_not_found", param: "previous_response_id" } },
    });
  });
});
