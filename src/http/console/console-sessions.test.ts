import { describe, expect, test } from "vitest";
import { createMemoryConsoleStore } from "../../adapters/stores/memory/memory-console-store.ts";
import { HandClock } from "../../adapters/system/hand-clock.ts";
import { createRandomIds } from "../../adapters/system/random-ids.ts";
import type { Key } from "../../domain/access/key.ts";
import { hashSecret, parsePresentedKey } from "../../domain/access/presented-key.ts";
import type { ConsoleStore } from "../../ports/console-store.ts";
import { ConsoleSessions } from "./console-sessions.ts";

const SECRET = "a key that an operator chose";
const MINUTE_MS = 60_000;

function world() {
  const clock = new HandClock(Date.UTC(2026, 10, 21));
  const plain = { name: "on call", scopes: ["admin"], endpoints: null, createdAt: 0, expiresAt: null } as const;
  const id = parsePresentedKey(SECRET)?.id ?? "";
  let key: Key = { ...plain, id, secretHash: hashSecret(SECRET), revokedAt: null };
  const keys = { byId: (wanted: string) => (wanted === id ? key : undefined), replace: () => {} };
  const memory = createMemoryConsoleStore();
  let isAway = false;
  const present = <T>(answer: () => Promise<T>): Promise<T> => (isAway ? Promise.reject(new Error("away")) : answer());
  const store: ConsoleStore = {
    ...memory,
    byHash: (hash) => present(() => memory.byHash(hash)),
    touch: (session, at) => present(() => memory.touch(session, at)),
  };
  const sessions = new ConsoleSessions({ store, keys, clock, ids: createRandomIds(clock) });
  return {
    clock,
    memory,
    sessions,
    goAway: () => (isAway = true),
    revoke: () => (key = { ...key, revokedAt: clock.now() }),
  };
}

describe("while the database is away", () => {
  test("whoever was signed in stays so for a quarter of an hour, and then it is said that nobody knows", async () => {
    const { clock, sessions, goAway } = world();
    const { token } = await sessions.openByKey(SECRET);
    goAway();
    for (let minutes = 0; minutes < 14; minutes += 1) {
      clock.advance(MINUTE_MS);
      expect((await sessions.identify(token))?.key.name).toBe("on call");
    }
    clock.advance(MINUTE_MS);
    await expect(sessions.identify(token)).rejects.toThrow("away");
  });

  test("nobody comes in who was not, and whose key is revoked goes", async () => {
    const { sessions, goAway, revoke } = world();
    const { token } = await sessions.openByKey(SECRET);
    goAway();
    await expect(sessions.identify("f".repeat(64))).rejects.toThrow("away");
    revoke();
    expect(await sessions.identify(token)).toBeNull();
  });
});

test("a session that another server has ended is believed for two seconds at most", async () => {
  const { clock, memory, sessions } = world();
  const { token, session } = await sessions.openByKey(SECRET);
  await memory.close(session.id);
  clock.advance(1_999);
  expect(await sessions.identify(token)).not.toBeNull();
  clock.advance(1);
  expect(await sessions.identify(token)).toBeNull();
});
