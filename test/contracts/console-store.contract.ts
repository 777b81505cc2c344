import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { IDLE_MS, LINK_MS, SESSION_MS } from "../../src/domain/access/console-session.ts";
import type { ConsoleSession } from "../../src/domain/access/console-session.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const hashOf = (): string => randomBytes(32).toString("hex");

const sessionOf = (overrides: Partial<ConsoleSession> = {}): ConsoleSession => ({
  id: newId("cse"),
  hash: hashOf(),
  keyId: newId("key"),
  createdAt: T0,
  lastUsedAt: T0,
  expiresAt: T0 + SESSION_MS,
  ...overrides,
});

/** What every store of the console's sessions must do. */
export function consoleStoreContract(get: GetStores): void {
  const idsAt = async (now: number): Promise<readonly string[]> =>
    (await get().consoleSessions.list(now)).map(({ id }) => id);

  describe("as a store of the console's sessions", () => {
    test("finds a session by the hash of its token until it is closed", async () => {
      const session = sessionOf();
      await get().consoleSessions.open(session);
      expect(await get().consoleSessions.byHash(session.hash)).toEqual(session);
      expect(await get().consoleSessions.byHash(hashOf())).toBeNull();
      expect(await get().consoleSessions.close(session.id)).toBe(true);
      expect(await get().consoleSessions.close(session.id)).toBe(false);
      expect(await get().consoleSessions.byHash(session.hash)).toBeNull();
    });

    test("notes when a session was used, and never goes back", async () => {
      const session = sessionOf();
      await get().consoleSessions.open(session);
      await get().consoleSessions.touch(session.id, T0 + 5_000);
      await get().consoleSessions.touch(session.id, T0 + 1_000);
      expect((await get().consoleSessions.byHash(session.hash))?.lastUsedAt).toBe(T0 + 5_000);
      await get().consoleSessions.close(session.id);
    });

    test("lists what has not ended, and forgets what has: unused for a day, or at its end", async () => {
      const idle = sessionOf();
      const old = sessionOf({ lastUsedAt: T0 + SESSION_MS - 1_000 });
      await get().consoleSessions.open(idle);
      await get().consoleSessions.open(old);
      expect(await idsAt(T0 + IDLE_MS - 1)).toEqual(expect.arrayContaining([idle.id, old.id]));
      expect(await idsAt(T0 + IDLE_MS)).not.toContain(idle.id);
      expect(await idsAt(T0 + SESSION_MS - 1)).toContain(old.id);
      expect(await idsAt(T0 + SESSION_MS)).not.toContain(old.id);
      await get().consoleSessions.expire(T0 + IDLE_MS);
      expect(await get().consoleSessions.byHash(idle.hash)).toBeNull();
      expect(await get().consoleSessions.byHash(old.hash)).toEqual(old);
      await get().consoleSessions.expire(T0 + SESSION_MS);
      expect(await get().consoleSessions.byHash(old.hash)).toBeNull();
    });

    test("gives a link away once, to one of two that ask together, and never after its time", async () => {
      const [link, late] = [0, 1].map(() => ({ hash: hashOf(), keyId: newId("key"), expiresAt: T0 + LINK_MS }));
      if (link === undefined || late === undefined) throw new Error("Two links were made.");
      await get().consoleSessions.keepLink(link);
      await get().consoleSessions.keepLink(late);
      const both = [0, 1].map(() => get().consoleSessions.takeLink(link.hash, T0 + LINK_MS - 1));
      const given = await Promise.all(both);
      expect(given).toEqual(given[0] === null ? [null, link.keyId] : [link.keyId, null]);
      expect(await get().consoleSessions.takeLink(late.hash, T0 + LINK_MS)).toBeNull();
      await get().consoleSessions.expire(T0 + LINK_MS);
      expect(await get().consoleSessions.takeLink(late.hash, T0)).toBeNull();
    });
  });
}

/** What everything that says how far it has come must do. */
export function changeMarksContract(get: GetStores): void {
  describe("as marks of how far everything has come", () => {
    test("a mark changes with its topic and with no other", async () => {
      const { marks, freezes } = get();
      const before = await marks.read();
      expect(await marks.read()).toEqual(before);
      const subject = { type: "everything" } as const;
      const freeze = { id: newId("frz"), subject, reason: "sale", by: "Ada", at: T0, until: T0 + 1, lifted: null };
      await freezes.open(freeze);
      const after = await marks.read();
      expect(after).toEqual({ ...before, changes: expect.not.stringMatching(new RegExp(`^${before.changes}$`)) });
      await freezes.lift(freeze.id, { at: T0 + 1, by: "Ada", reason: "over" });
      expect((await marks.read()).changes).not.toBe(after.changes);
      for (const mark of Object.values(after)) expect(mark).toMatch(/^[^\s,]{0,90}$/);
    });
  });
}
