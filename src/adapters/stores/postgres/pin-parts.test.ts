import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { releaseOf, uniqueName } from "../../../../test/contracts/store-samples.ts";
import { versionName } from "../../../domain/release/parts.ts";
import { openDatabase } from "./database.ts";
import type { Database } from "./database.ts";
import { pinOldReleases } from "./pin-parts.ts";
import { createPostgresReleaseStore } from "./postgres-release-store.ts";
import { createPostgresVersionStore } from "./postgres-version-store.ts";

const dataDir = mkdtempSync(join(tmpdir(), "rollward-parts-"));
let database: Database;

beforeAll(async () => {
  database = await openDatabase({ dataDir });
});

afterAll(async () => {
  await database.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("releases from before there were versions get them at the next start, oldest first, and only once", async () => {
  const { db } = database;
  const [releases, versions] = [createPostgresReleaseStore(db), createPostgresVersionStore(db)];
  const endpoint = uniqueName("bot");
  const ids: string[] = [];
  // More than are numbered in one transaction.
  for (let index = 0; index < 53; index += 1) {
    const base = releaseOf(endpoint, String(index));
    const prompt = {
      name: "system",
      messages: [{ role: "system", template: String(index % 2) }],
      variables: {},
    } as const;
    const created = { ...base, createdAt: base.createdAt + index, content: { ...base.content, prompt } };
    ids.push((await releases.freeze(created)).release.id);
  }
  await db.deleteFrom("release_parts").execute();
  await db.deleteFrom("part_versions").execute();
  expect(await versions.ofRelease(ids[0] ?? "")).toEqual([]);
  await Promise.all([pinOldReleases(db), pinOldReleases(db)]);
  const names = async (index: number) => (await versions.ofRelease(ids[index] ?? "")).map(versionName);
  expect(await names(0)).toEqual([`${endpoint}/system@1`, "openai/gpt@2026-01-01"]);
  expect(await names(1)).toEqual([`${endpoint}/system@2`, "openai/gpt@2026-01-01"]);
  expect(await names(52)).toEqual(await names(0));
  const before = await versions.list({ kind: "prompt", limit: 100 });
  await pinOldReleases(db);
  expect(await versions.list({ kind: "prompt", limit: 100 })).toEqual(before);
});
