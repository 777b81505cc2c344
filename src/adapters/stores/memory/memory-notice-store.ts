import type { Notice, NoticeStore } from "../../../ports/notice-store.ts";

/** Notices in memory; of more than `most` the oldest are forgotten. */
export function createMemoryNoticeStore(most: number): NoticeStore {
  const notices = new Map<string, Notice>();
  return {
    async add(notice) {
      if (notices.has(notice.id)) return;
      notices.set(notice.id, notice);
      const [oldest] = notices.keys();
      if (notices.size > most && oldest !== undefined) notices.delete(oldest);
    },
    due: async (now, limit) =>
      [...notices.values()]
        .filter(({ sentAt, givenUpAt, dueAt }) => sentAt === null && givenUpAt === null && dueAt <= now)
        .slice(0, limit),
    async tried(id, outcome) {
      const notice = notices.get(id);
      if (notice !== undefined) notices.set(id, { ...notice, ...outcome, tries: notice.tries + 1 });
    },
    of: async (rolloutId, limit) =>
      [...notices.values()]
        .filter((notice) => notice.rolloutId === rolloutId)
        .toReversed()
        .slice(0, limit),
    async expire(before) {
      for (const [id, { sentAt, givenUpAt }] of notices) {
        if ((sentAt ?? givenUpAt ?? Infinity) < before) notices.delete(id);
      }
    },
  };
}
