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

const inForce = (get: GetStores): Promise<readonly Pause[]> => get().pauses.list({ inForce: true, limit: 1_000 });

/** What every store of pauses must do. */
export function pauseStoreContract(get: GetStores): void {
  apartByEnvironment(get);

  describe("as a store of pauses", () => {
    test("keeps a pause until it is lifted, and then as a record", async () => {
      const pause = pauseOf(newId("bot"));
      expect(await get().pauses.open(pause)).toEqual(pause);
      expect(await inForce(get)).toContainEqual(pause);
      expect(await get().pauses.lift(pause.id, LIFTED)).toEqual({ ...pause, lifted: LIFTED });
      expect((await inForce(get)).map(({ id }) => id)).not.toContain(pause.id);
      const [newest] = await get().pauses.list({ inForce: false, limit: 1 });
      expect(newest).toEqual({ ...pause, lifted: LIFTED });
    });

    test("pauses a subject once: the first reason stays, also when many come at once", async () => {
      const name = newId("bot");
      const kept = await Promise.all(Array.from({ length: 5 }, () => get().pauses.open(pauseOf(name))));
      expect(new Set(kept.map(({ id }) => id)).size).toBe(1);
      expect(
        (await inForce(get)).filter(({ subject }) => subject.type === "endpoint" && subject.name === name),
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

    test("keeps one that is told twice once, also where it was lifted in between", async () => {
      const pause = pauseOf(newId("bot"));
      for (const told of [pause, pause]) expect(await get().pauses.open(told)).toEqual(pause);
      await get().pauses.lift(pause.id, LIFTED);
      expect(await get().pauses.open(pause)).toEqual({ ...pause, lifted: LIFTED });
      expect((await inForce(get)).map(({ id }) => id)).not.toContain(pause.id);
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
  rulesContract(get);
}

/** What every store of pauses must do for rules. */
function rulesContract(get: GetStores): void {
  describe("as a store of what rules did", () => {
    test("keeps what a rule did: pauses with their end, and notes beside whatever is in force", async () => {
      const [rule, name] = [newId("bot"), newId("bot")];
      const at = (outcome: "paused" | "observed" | "left-alone", until: number | null) => ({
        name: rule,
        outcome,
        until,
      });
      const pause = pauseOf(name, { by: "rollward", rule: at("paused", T0 + 60_000) });
      expect(await get().pauses.open(pause)).toEqual(pause);
      expect(await inForce(get)).toContainEqual(pause);
      const lifted = { at: T0, by: "rollward", reason: "This rule only observes." };
      const note = pauseOf(name, { by: "rollward", lifted, rule: at("observed", null) });
      expect(await get().pauses.open(note)).toEqual(note);
      expect((await inForce(get)).filter(({ id }) => id === note.id)).toEqual([]);
      expect(await get().pauses.list({ inForce: false, limit: 2 })).toEqual([note, pause]);
      await get().pauses.lift(pause.id, LIFTED);
    });

    test("tells what a rule did last about each subject, and nothing of what others did", async () => {
      const rule = newId("bot");
      const names = [newId("bot"), newId("bot"), newId("bot")];
      const [first = "", second = "", third = ""] = names;
      const noteOf = (name: string, ruleName: string): Pause => {
        const lifted = { at: T0, by: "rollward", reason: "noted" };
        return pauseOf(name, { lifted, rule: { name: ruleName, outcome: "left-alone", until: T0 + 1 } });
      };
      for (const one of [noteOf(first, rule), noteOf(first, `${rule}x`), noteOf(second, rule)])
        await get().pauses.open(one);
      const last = noteOf(first, rule);
      await get().pauses.open(last);
      await get().pauses.open(pauseOf(third));
      const subjects = names.map((name) => ({ type: "endpoint", name }) as const);
      const found = await get().pauses.lastBy(rule, subjects);
      expect(found).toHaveLength(2);
      expect(found).toContainEqual(last);
      expect(await get().pauses.lastBy(rule, subjects.slice(2))).toEqual([]);
      expect(await get().pauses.lastBy(rule, [])).toEqual([]);
    });
  });
}

function apartByEnvironment(get: GetStores): void {
  describe("as a store of pauses in several environments", () => {
    test("stops the same subject in each environment by itself", async () => {
      const name = newId("bot");
      const [own, staged] = [
        pauseOf(name),
        pauseOf(name, { subject: { type: "endpoint", name, environment: "staging" } }),
      ];
      expect(await get().pauses.open(own)).toEqual(own);
      expect(await get().pauses.open(staged)).toEqual(staged);
      expect(await inForce(get)).toEqual(expect.arrayContaining([own, staged]));
      const listed = async (environment: string | null) =>
        (await get().pauses.list({ inForce: true, environment, limit: 1_000 })).map(({ id }) => id);
      expect(await listed("staging")).toEqual([staged.id]);
      expect(await listed(null)).toContain(own.id);
      expect(await listed(null)).not.toContain(staged.id);
      await get().pauses.lift(own.id, LIFTED);
      expect(await inForce(get)).toContainEqual(staged);
      await get().pauses.lift(staged.id, LIFTED);
    });
  });
}
