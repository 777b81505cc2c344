import { describe, expect, test } from "vitest";
import type { Pause } from "../../src/domain/access/pause.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const pauseOf = (name: string, overrides: Partial<Pause> = {}): Pause => ({
  id: newId("pau"),
  subject: { type: "endpoint", name },
  reason: "it answers nonsense 🔥",
  by: "Ada",
  at: T0,
  lifted: null,
  ...overrides,
});

const LIFTED = { at: T0 + 1, by: "Grace", reason: "mended" };

/** What every store of pauses must do. */
export function pauseStoreContract(get: GetStores): void {
  const inForce = async (): Promise<readonly Pause[]> => get().pauses.list({ inForce: true, limit: 1_000 });
  describe("as a store of pauses", () => {
    test("keeps a pause until it is lifted, and then as a record", async () => {
      const pause = pauseOf(newId("bot"));
      expect(await get().pauses.open(pause)).toEqual(pause);
      expect(await inForce()).toContainEqual(pause);
      expect(await get().pauses.lift(pause.id, LIFTED)).toEqual({ ...pause, lifted: LIFTED });
      expect((await inForce()).map(({ id }) => id)).not.toContain(pause.id);
      const [newest] = await get().pauses.list({ inForce: false, limit: 1 });
      expect(newest).toEqual({ ...pause, lifted: LIFTED });
    });

    test("pauses a subject once: the first reason stays, also when many come at once", async () => {
      const name = newId("bot");
      const kept = await Promise.all(Array.from({ length: 5 }, () => get().pauses.open(pauseOf(name))));
      expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
      expect(
        (await inForce()).filter(({ subject }) => subject.type === "endpoint" && subject.name === name),
      ).toHaveLength(1);
    });

    test("lifts once, and lets a subject be paused again afterwards", async () => {
      const name = newId("bot");
      const first = await get().pauses.open(pauseOf(name));
      await get().pauses.lift(first.id, LIFTED);
      expect(await get().pauses.lift(first.id, { ...LIFTED, by: "Mallory" })).toEqual({ ...first, lifted: LIFTED });
      const second = await get().pauses.open(pauseOf(name));
      expect(second.id).not.toBe(first.id);
      await get().pauses.lift(second.id, LIFTED);
      expect(await get().pauses.lift(newId("pau"), LIFTED)).toBeNull();
    });

    test("keeps every kind of subject, with spaces in its name", async () => {
      const subjects: readonly Pause["subject"][] = [
        { type: "everything" },
        { type: "tenant", name: "Acme & Sons Ltd" },
        { type: "key", name: newId("key") },
      ];
      for (const subject of subjects) {
        const pause = await get().pauses.open(pauseOf("", { subject }));
        expect(pause.subject).toEqual(subject);
        expect((await get().pauses.lift(pause.id, LIFTED))?.subject).toEqual(subject);
      }
    });
  });
}
