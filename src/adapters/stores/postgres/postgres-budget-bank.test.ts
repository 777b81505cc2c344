import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { quietOrder } from "../../../../test/contracts/budget-bank.contract.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { createPostgresBudgetBank } from "./postgres-budget-bank.ts";

const dataDir = mkdtempSync(join(tmpdir(), "rollward-bank-"));
let database: Database;

beforeAll(async () => {
  database = await openDatabase({ dataDir });
});

afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("what nobody has said to have told for ten seconds another one is asked to tell", async () => {
  const bank = createPostgresBudgetBank(database.db, "embedded");
  const crossed = async (lease: string) =>
    (await bank.exchange([{ ...quietOrder("late", lease), settledPico: lease === "one" ? 600n : 0n }]))[0]?.crossed;
  const older = (seconds: number) =>
    sql`update budget_accounts set asked_at = asked_at - make_interval(secs => ${seconds})`.execute(database.db);
  expect(await crossed("one")).toBe(50);
  expect(await crossed("two")).toBeNull();
  await older(10);
  expect(await crossed("two")).toBe(50);
  expect(await crossed("one")).toBeNull();
});

test("a server of an earlier version is asked to tell once", async () => {
  const order = { account: "early", lease: "old.1", budget: "team", subject: "acme", limit_pico: "1000" };
  const sums = { granted: "0", settled: "600", returned: "0", need: "0", pending: "0", ahead: "0", refused: false };
  const crossed = async () => {
    const { rows } = await sql<{ readonly crossed: number | null }>`
      select * from budget_exchange(${JSON.stringify([{ ...order, ...sums }])}::json, 4)`.execute(database.db);
    return rows[0]?.crossed;
  };
  expect(await crossed()).toBe(50);
  expect(await crossed()).toBeNull();
});
