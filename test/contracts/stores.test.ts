import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMemoryReplicaBoard } from "../../src/adapters/stores/memory/memory-replica-board.ts";
import { openMemoryStores } from "../../src/adapters/stores/memory/open-memory-stores.ts";
import { openPostgresStores } from "../../src/adapters/stores/postgres/open-postgres-stores.ts";
import type { Key } from "../../src/domain/access/key.ts";
import type { Stores } from "../../src/main/stores.ts";
import type { ReplicaBoard } from "../../src/ports/replica-board.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { backtestStoreContract } from "./backtest-store.contract.ts";
import type { ApplyTurns } from "../../src/ports/apply-turns.ts";
import { createMemoryApplyTurns } from "../../src/adapters/stores/memory/memory-apply-turns.ts";
import { applyTurnsContract } from "./apply-turns.contract.ts";
import { budgetBankContract } from "./budget-bank.contract.ts";
import { changeStoreContract } from "./change-store.contract.ts";
import { callIndexContract } from "./call-index.contract.ts";
import { callStoreContract } from "./call-store.contract.ts";
import { evidenceJournalContract } from "./evidence-journal.contract.ts";
import { flagStoreContract } from "./flag-store.contract.ts";
import { feedbackStoreContract } from "./feedback-store.contract.ts";
import { changeMarksContract, consoleStoreContract } from "./console-store.contract.ts";
import { freezeStoreContract } from "./freeze-store.contract.ts";
import { gateRunStoreContract } from "./gate-run-store.contract.ts";
import { alertStoreContract } from "./alert-store.contract.ts";
import { noticeStoreContract } from "./notice-store.contract.ts";
import { spanStoreContract } from "./span-store.contract.ts";
import { incidentStoreContract } from "./incident-store.contract.ts";
import { keyStoreContract } from "./key-store.contract.ts";
import { meaningStoreContract } from "./meaning-store.contract.ts";
import { pipelineStoreContract } from "./pipeline-store.contract.ts";
import { pauseStoreContract } from "./pause-store.contract.ts";
import { projectStoreContract } from "./project-store.contract.ts";
import { proofStoreContract } from "./proof-store.contract.ts";
import { replicaBoardContract } from "./replica-board.contract.ts";
import { releaseStoreContract } from "./release-store.contract.ts";
import { responseStoreContract } from "./response-store.contract.ts";
import { seriesStoreContract } from "./series-store.contract.ts";
import { serverKeyStoreContract } from "./server-key-store.contract.ts";
import { shadowStoreContract } from "./shadow-store.contract.ts";
import { storageGaugeContract } from "./storage-gauge.contract.ts";
import { spendStoreContract } from "./spend-store.contract.ts";
import { rolloutStoreContract } from "./rollout-store.contract.ts";
import { versionStoreContract } from "./version-store.contract.ts";
import { newId } from "./store-samples.ts";

/** Stores to test, and what clears up after them. */
interface Opened {
  readonly stores: Stores;
  readonly cleanUp: () => Promise<void> | void;
}

const SERVER_URL = process.env["ROLLWARD_TEST_DATABASE_URL"] ?? "";

describe("the stores in memory", () => {
  contracts(async () => ({ stores: openMemoryStores(), cleanUp: () => {} }));
  const board = createMemoryReplicaBoard(new HandClock());
  replicaBoardContract(() => board);
  const turns = createMemoryApplyTurns(new HandClock());
  applyTurnsContract(() => turns);
});

describe("the stores in the embedded database", () => {
  contracts(openEmbedded);
});

// Only where there is a server: `.ci/run` starts one and names it.
describe.runIf(SERVER_URL !== "")("the stores on a PostgreSQL server", () => {
  const get = contracts(openOnServer);
  const board = (): ReplicaBoard => {
    const { board: kept } = get();
    if (kept === null) throw new Error("A server is shared and has a board.");
    return kept;
  };
  replicaBoardContract(board);
  applyTurnsContract((): ApplyTurns => {
    const { turns } = get();
    if (turns === null) throw new Error("A server is shared and gives turns.");
    return turns;
  });

  test("counts every change of keys and projects, so that other servers notice", async () => {
    const replicaId = newId("rep");
    const standing = async () => (await board().beat({ replicaId, epochs: {} })).changes;
    const before = await standing();
    const { keys, projects } = get();
    const key = { ...KEY, id: newId("key") };
    await keys.create(key);
    await keys.revoke(key.id, 2);
    await projects.save({ environment: "production", files: {}, appliedAt: 1, author: "Ada" });
    expect(await standing()).toEqual({ ...before, keys: before.keys + 2, projects: before.projects + 1 });
    await board().leave(replicaId);
  });
});

const KEY: Key = {
  id: "key_1",
  name: "Ada's",
  scopes: ["inference"],
  endpoints: null,
  secretHash: "a".repeat(64),
  createdAt: 1,
  expiresAt: null,
  revokedAt: null,
};

function contracts(open: () => Promise<Opened>): () => Stores {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(async () => {
    await opened.stores.close();
    await opened.cleanUp();
  });
  const get = (): Stores => opened.stores;
  releaseStoreContract(get);
  versionStoreContract(get);
  rolloutStoreContract(get);
  evidenceJournalContract(get);
  callStoreContract(get);
  callIndexContract(get);
  feedbackStoreContract(get);
  shadowStoreContract(get);
  keyStoreContract(get);
  pauseStoreContract(get);
  consoleStoreContract(get);
  changeMarksContract(get);
  freezeStoreContract(get);
  gateRunStoreContract(get);
  noticeStoreContract(get);
  alertStoreContract(get);
  spanStoreContract(get);
  flagStoreContract(get);
  spendStoreContract(get);
  seriesStoreContract(get);
  projectStoreContract(get);
  pipelineStoreContract(get);
  responseStoreContract(get);
  budgetBankContract(() => get().budgets);
  meaningStoreContract(() => get().meanings);
  proofStoreContract(() => get().proofs);
  serverKeyStoreContract(() => get().serverKeys);
  backtestStoreContract(get);
  changeStoreContract(get);
  incidentStoreContract(get);
  storageGaugeContract(get);
  return get;
}

async function openEmbedded(): Promise<Opened> {
  const dataDir = mkdtempSync(join(tmpdir(), "rollward-stores-"));
  return {
    stores: await openPostgresStores({ dataDir }),
    cleanUp: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** A schema of its own, dropped afterwards. */
async function openOnServer(): Promise<Opened> {
  const schema = `test_${Date.now()}_${process.pid}`;
  const client = new pg.Client({ connectionString: SERVER_URL });
  await client.connect();
  await client.query(`create schema ${schema}`);
  const url = new URL(SERVER_URL);
  url.searchParams.set("options", `-c search_path=${schema}`);
  // Two programs that start together: both must find the newest schema.
  const [stores, other] = await Promise.all([
    openPostgresStores({ url: url.href }),
    openPostgresStores({ url: url.href }),
  ]);
  await other.close();
  return {
    stores,
    async cleanUp() {
      await client.query(`drop schema ${schema} cascade`);
      await client.end();
    },
  };
}
