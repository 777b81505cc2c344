import { describe, expect, test } from "vitest";
import type { Change } from "../../src/domain/changes/change.ts";
import { newId, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const changeOf = (overrides: Partial<Change> = {}): Change => ({
  id: newId("chg"),
  at: T0,
  kind: "provider",
  weight: "warning",
  environment: null,
  endpoint: null,
  by: null,
  line: "openai/gpt-5 is avoided \u0000 🔥",
  ...overrides,
});

/** What every record of changes must do. */
export function changeStoreContract(get: GetStores): void {
  describe("as a record of changes", () => {
    test("keeps a change once, as it was first told", async () => {
      const environment = uniqueName("env");
      const change = changeOf({ environment, subject: "openai/gpt-5" });
      expect(await get().changes.note(change)).toBe(true);
      expect(await get().changes.note({ ...change, line: "something else" })).toBe(false);
      const own = await get().changes.list({ environment, subject: "openai/gpt-5", limit: 100 });
      expect(own.filter(({ id }) => id === change.id)).toEqual([change]);
    });

    test("lists newest first, those of the environment and of the server, from a time to before another", async () => {
      const environment = uniqueName("env");
      const subject = uniqueName("provider");
      const ats = [T0 + 5, T0 + 1, T0 + 9, T0 + 3];
      for (const at of ats) await get().changes.note(changeOf({ environment, subject, at }));
      await get().changes.note(changeOf({ subject, at: T0 + 4 }));
      await get().changes.note(changeOf({ environment: uniqueName("env"), subject, at: T0 + 4 }));
      const told = async (since: number, until: number, limit = 100): Promise<readonly number[]> =>
        (await get().changes.list({ environment, subject, since, until, limit })).map(({ at }) => at - T0);
      expect(await told(T0, T0 + 100)).toEqual([9, 5, 4, 3, 1]);
      expect(await told(T0 + 3, T0 + 9)).toEqual([5, 4, 3]);
      expect(await told(T0, T0 + 100, 2)).toEqual([9, 5]);
    });

    test("tells kinds and endpoints apart; what is about no endpoint is about each", async () => {
      const environment = uniqueName("env");
      const [faq, other] = [uniqueName("faq"), uniqueName("bot")];
      const made = [
        changeOf({ environment, endpoint: faq, kind: "budget", at: T0 + 1 }),
        changeOf({ environment, endpoint: other, kind: "budget", at: T0 + 2 }),
        changeOf({ environment, kind: "cache", at: T0 + 3 }),
      ];
      for (const change of made) await get().changes.note(change);
      const lines = async (filter: { readonly endpoint?: string; readonly kind?: Change["kind"] }) =>
        (await get().changes.list({ environment, ...filter, since: T0 + 1, limit: 100 }))
          .filter(({ id }) => made.some((one) => one.id === id))
          .map(({ at }) => at - T0);
      expect(await lines({ endpoint: faq })).toEqual([3, 1]);
      expect(await lines({ kind: "budget" })).toEqual([2, 1]);
    });

    test("forgets what is old", async () => {
      const environment = uniqueName("env");
      for (const at of [10, 20]) await get().changes.note(changeOf({ environment, at }));
      await get().changes.expire(20);
      const left = await get().changes.list({ environment, until: 100, limit: 100 });
      expect(left.map(({ at }) => at)).toEqual([20]);
    });
  });
}
