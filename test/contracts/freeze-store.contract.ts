import { describe, expect, test } from "vitest";
import type { Freeze, FreezeSubject } from "../../src/domain/access/freeze.ts";
import { newId, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const freezeOf = (overrides: Partial<Freeze> = {}): Freeze => ({
  id: newId("frz"),
  subject: { type: "endpoint", endpoint: uniqueName("bot"), environment: "production" },
  reason: "the sale is on 🔥",
  by: "Ada",
  at: T0,
  until: null,
  lifted: null,
  ...overrides,
});

const LIFTED = { at: T0 + 1, by: "Grace", reason: "it is over" };

/** What every store of freezes must do. */
export function freezeStoreContract(get: GetStores): void {
  const idsAt = async (now: number): Promise<readonly string[]> =>
    (await get().freezes.list({ now, limit: 1_000 })).map(({ id }) => id);

  describe("as a store of freezes", () => {
    test("keeps a freeze until it is lifted, and then as a record", async () => {
      const freeze = freezeOf();
      await get().freezes.open(freeze);
      expect(await get().freezes.list({ now: T0, limit: 1_000 })).toContainEqual(freeze);
      expect(await get().freezes.lift(freeze.id, LIFTED)).toEqual({ ...freeze, lifted: LIFTED });
      expect(await get().freezes.lift(freeze.id, { ...LIFTED, by: "Mallory" })).toEqual({ ...freeze, lifted: LIFTED });
      expect(await idsAt(T0)).not.toContain(freeze.id);
      expect(await get().freezes.list({ limit: 1 })).toEqual([{ ...freeze, lifted: LIFTED }]);
      expect(await get().freezes.lift(newId("frz"), LIFTED)).toBeNull();
    });

    test("ends by itself at its time, to the millisecond", async () => {
      const freeze = freezeOf({ until: T0 + 1_000 });
      await get().freezes.open(freeze);
      expect(await idsAt(T0 + 999)).toContain(freeze.id);
      expect(await idsAt(T0 + 1_000)).not.toContain(freeze.id);
    });

    test("finds by its id, and what is about a channel or an environment however much is frozen elsewhere", async () => {
      const [environment, other] = [uniqueName("env"), uniqueName("env")];
      const subjects: readonly FreezeSubject[] = [
        { type: "endpoint", endpoint: "faq", environment },
        { type: "environment", environment },
        { type: "endpoint", endpoint: "faq-2", environment },
        { type: "endpoint", endpoint: "faq", environment: `${environment}-2` },
      ];
      const [faq, whole, second] = subjects.map((subject) => freezeOf({ subject }));
      const elsewhere = Array.from({ length: 3 }, () =>
        freezeOf({ subject: { type: "environment", environment: other } }),
      );
      for (const freeze of [faq, whole, second, ...elsewhere]) if (freeze) await get().freezes.open(freeze);
      const about = { environment, endpoint: "faq" };
      expect(await get().freezes.list({ now: T0, about, limit: 2 })).toEqual([whole, faq]);
      expect(await get().freezes.list({ about: { environment }, limit: 3 })).toEqual([second, whole, faq]);
      expect(await get().freezes.list({ id: faq?.id ?? "", limit: 1 })).toEqual([faq]);
      expect(await get().freezes.list({ id: newId("frz"), limit: 1 })).toEqual([]);
    });

    test("keeps every kind of subject, and two freezes of one beside each other", async () => {
      const subjects: readonly FreezeSubject[] = [
        { type: "everything" },
        { type: "environment", environment: "staging" },
        { type: "endpoint", endpoint: "faq", environment: "staging" },
        { type: "endpoint", endpoint: "faq", environment: "staging" },
      ];
      const freezes = subjects.map((subject) => freezeOf({ subject }));
      for (const freeze of freezes) await get().freezes.open(freeze);
      const kept = await get().freezes.list({ now: T0, limit: 4 });
      expect(kept).toEqual(freezes.toReversed());
      for (const { id } of freezes) await get().freezes.lift(id, LIFTED);
    });
  });
}
