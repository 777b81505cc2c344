import { describe, expect, test } from "vitest";
import type { Notice } from "../../src/ports/notice-store.ts";
import { newId, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const noticeOf = (overrides: Partial<Notice> = {}): Notice => ({
  id: uniqueName("ntc"),
  rolloutId: newId("rol"),
  name: "team",
  event: "started",
  body: { type: "rollout.started", text: "begun 🔥" },
  tries: 0,
  // Long before those of other tests, so that these are the first that are due.
  dueAt: 1_000,
  sentAt: null,
  givenUpAt: null,
  trouble: null,
  ...overrides,
});

/** What every store of notices must do. */
export function noticeStoreContract(get: GetStores): void {
  const dueIds = async (now: number): Promise<readonly string[]> =>
    (await get().notices.due(now, 100)).map(({ id }) => id);

  describe("as a store of notices", () => {
    test("gives what is due until it was sent", async () => {
      const notice = noticeOf();
      await get().notices.add(notice);
      expect(await dueIds(999)).not.toContain(notice.id);
      expect(await get().notices.due(1_000, 100)).toContainEqual(notice);
      await get().notices.tried(notice.id, { sentAt: T0 });
      expect(await dueIds(T0)).not.toContain(notice.id);
      expect(await get().notices.of(notice.rolloutId, 10)).toEqual([{ ...notice, tries: 1, sentAt: T0 }]);
    });

    test("puts off what failed, and gives up what is given up", async () => {
      const notice = noticeOf();
      await get().notices.add(notice);
      await get().notices.tried(notice.id, { trouble: "it answered 500", dueAt: 5_000 });
      expect(await dueIds(4_999)).not.toContain(notice.id);
      expect(await dueIds(5_000)).toContain(notice.id);
      await get().notices.tried(notice.id, { trouble: "it answered 501", givenUpAt: 6_000 });
      expect(await dueIds(T0)).not.toContain(notice.id);
      expect(await get().notices.of(notice.rolloutId, 10)).toMatchObject([
        { tries: 2, sentAt: null, givenUpAt: 6_000, trouble: "it answered 501" },
      ]);
    });

    test("keeps a notice once, and gives those of a rollout newest first", async () => {
      const rolloutId = newId("rol");
      const notices = [noticeOf({ rolloutId }), noticeOf({ rolloutId, event: "promoted" })];
      for (const notice of [...notices, ...notices]) await get().notices.add(notice);
      expect(await get().notices.of(rolloutId, 10)).toEqual(notices.toReversed());
      expect(await get().notices.of(rolloutId, 1)).toEqual(notices.slice(1));
      for (const { id } of notices) await get().notices.tried(id, { sentAt: T0 });
    });

    test("forgets what was sent or given up before a time, and nothing that waits", async () => {
      const rolloutId = newId("rol");
      const [sent, left, waiting] = [
        noticeOf({ rolloutId }),
        noticeOf({ rolloutId }),
        noticeOf({ rolloutId, dueAt: T0 * 2 }),
      ];
      for (const notice of [sent, left, waiting]) await get().notices.add(notice);
      await get().notices.tried(sent.id, { sentAt: 1_000 });
      await get().notices.tried(left.id, { trouble: "it answered 500", givenUpAt: 3_000 });
      await get().notices.expire(2_000);
      expect((await get().notices.of(rolloutId, 10)).map(({ id }) => id)).toEqual([waiting.id, left.id]);
    });
  });
}
