import { describe, expect, test } from "vitest";
import type { Key } from "../domain/access/key.ts";
import { presentKey } from "../domain/access/presented-key.ts";
import type { KeyStore } from "../ports/key-store.ts";
import { ensureAdminKey } from "./first-key.ts";

function storeOf(): KeyStore & { readonly kept: Map<string, Key> } {
  const kept = new Map<string, Key>();
  return {
    kept,
    create: async (key) => void kept.set(key.id, key),
    list: async () => [...kept.values()],
    async revoke(id, at) {
      const key = kept.get(id);
      if (key !== undefined) kept.set(id, { ...key, revokedAt: at });
      return kept.get(id) ?? null;
    },
  };
}

let made = 0;
const ids = { next: (kind: string) => `${kind}_${(made += 1)}`, secret: () => "s".repeat(43) };

async function start(keys: KeyStore, adminKey: string | null): Promise<{ key: string | null; warnings: string[] }> {
  const warnings: string[] = [];
  const terms = { keys, clock: { now: () => 1_000 }, ids, adminKey } as unknown as Parameters<typeof ensureAdminKey>[0];
  return { key: await ensureAdminKey(terms, (warning) => warnings.push(warning)), warnings };
}

const [ONE, OTHER] = ["an-operators-own-key-number-one", "an-operators-own-key-number-two"];

describe("an admin key", () => {
  test("is made at the first start alone, where nobody chose one", async () => {
    const keys = storeOf();
    expect((await start(keys, null)).key).toBe(presentKey("key_1", "s".repeat(43)));
    expect(await start(keys, null)).toEqual({ key: null, warnings: [] });
    expect(keys.kept.size).toBe(1);
  });

  test("that the operator chose again says nothing", async () => {
    const keys = storeOf();
    for (let starts = 0; starts < 2; starts += 1) expect(await start(keys, ONE)).toEqual({ key: null, warnings: [] });
    expect(keys.kept.size).toBe(1);
  });

  test("that was chosen before another one is still good, and the start says how to end that", async () => {
    const keys = storeOf();
    await start(keys, ONE);
    const [old] = keys.kept.keys();
    const { warnings } = await start(keys, OTHER);
    expect(warnings).toEqual([expect.stringContaining(`rollward keys revoke ${old}`)]);
    await keys.revoke(old ?? "", 2_000);
    expect((await start(keys, OTHER)).warnings).toEqual([]);
  });

  test("that was revoked is no key, and the start says so", async () => {
    const keys = storeOf();
    await start(keys, ONE);
    await keys.revoke([...keys.kept.keys()][0] ?? "", 2_000);
    expect((await start(keys, ONE)).warnings).toEqual([expect.stringContaining("was revoked")]);
  });
});
