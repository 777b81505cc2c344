import { endOf } from "../../../domain/access/console-session.ts";
import type { ConsoleLink, ConsoleSession } from "../../../domain/access/console-session.ts";
import type { ConsoleStore } from "../../../ports/console-store.ts";

const MOST_LISTED = 1_000;

/** Sessions of the console in memory. */
export function createMemoryConsoleStore(): ConsoleStore {
  const sessions = new Map<string, ConsoleSession>();
  const links = new Map<string, ConsoleLink>();
  return {
    async open(session) {
      sessions.set(session.id, session);
    },
    byHash: async (hash) => [...sessions.values()].find((each) => each.hash === hash) ?? null,
    async touch(id, at) {
      const session = sessions.get(id);
      if (session !== undefined) sessions.set(id, { ...session, lastUsedAt: Math.max(at, session.lastUsedAt) });
    },
    close: async (id) => sessions.delete(id),
    list: async (now) =>
      [...sessions.values()]
        .filter((session) => endOf(session) > now)
        .toSorted((one, other) => (one.id < other.id ? 1 : -1))
        .slice(0, MOST_LISTED),
    async keepLink(link) {
      links.set(link.hash, link);
    },
    async takeLink(hash, now) {
      const link = links.get(hash);
      if (link === undefined || link.expiresAt <= now) return null;
      links.delete(hash);
      return link.keyId;
    },
    async expire(now) {
      for (const session of sessions.values()) if (endOf(session) <= now) sessions.delete(session.id);
      for (const link of links.values()) if (link.expiresAt <= now) links.delete(link.hash);
    },
  };
}
