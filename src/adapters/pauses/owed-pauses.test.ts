import { beforeEach, describe, expect, test } from "vitest";
import { pauseStoreContract } from "../../../test/contracts/pause-store.contract.ts";
import type { GetStores } from "../../../test/contracts/store-samples.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { IN_FORCE } from "../../domain/access/pause.ts";
import type { Pause } from "../../domain/access/pause.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { PauseStore } from "../../ports/pause-store.ts";
import { createMemoryPauseStore } from "../stores/memory/memory-pause-store.ts";
import { OwedPauses } from "./owed-pauses.ts";

type Mood = "there" | "away" | "frozen" | "refuses" | "says no" | "loses answers";

const pauseOf = (id: string, differs: Partial<Pause> = {}): Pause => ({
  id,
  subject: { type: "endpoint", name: id },
  reason: "it lies",
  by: "Ada",
  at: 1,
  lifted: null,
  ...differs,
});
const LIFTED = { at: 2, by: "Grace", reason: "mended" };

let mood: Mood;
let clock: HandClock;
let told: string[];
let written: PauseStore;
let pauses: OwedPauses;

/** Everything that was promised and does not wait for the clock. */
const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The store behind, as it is in the mood of the moment. */
const moody = (store: PauseStore): PauseStore => {
  const through = async <T>(run: () => Promise<T>): Promise<T> => {
    if (mood === "frozen") return new Promise<never>(() => {});
    if (mood === "away") throw new RollwardError("database_unavailable", { reason: "it is away" });
    if (mood === "refuses") throw new Error("no such table");
    if (mood === "says no") throw new RollwardError("invalid_request", { reason: "no", param: null });
    const answer = await run();
    if (mood === "loses answers") throw new RollwardError("database_unavailable", { reason: "it was slow" });
    return answer;
  };
  return {
    open: (pause) => through(() => store.open(pause)),
    lift: (id, lifted) => through(() => store.lift(id, lifted)),
    list: (filter) => through(() => store.list(filter)),
    lastBy: (rule, subjects) => through(() => store.lastBy(rule, subjects)),
  };
};

beforeEach(() => {
  mood = "there";
  clock = new HandClock();
  told = [];
  const announcer = {
    troubled: (what: string) => void told.push(`trouble ${what}`),
    recovered: (what: string) => void told.push(`recovered ${what}`),
  } as unknown as Announcer;
  written = createMemoryPauseStore();
  pauses = new OwedPauses({ store: moody(written), clock, announcer });
});

const inForce = async (store: PauseStore): Promise<readonly string[]> =>
  (await store.list(IN_FORCE)).map(({ id }) => id);

describe("with a store that answers", () => {
  const stores = {
    pauses: new OwedPauses({ store: createMemoryPauseStore(), clock: new HandClock(), announcer: {} as Announcer }),
  };
  pauseStoreContract((() => stores) as unknown as GetStores);
});

describe("a stop that the store cannot take", () => {
  test("is taken all the same, says so, and is written once the store is back", async () => {
    mood = "away";
    expect(await pauses.open(pauseOf("pau_1"))).toEqual({ ...pauseOf("pau_1"), unwritten: true });
    clock.advance(1_000);
    await settled();
    clock.advance(1_000);
    await settled();
    expect(told).toEqual(["trouble keeping an emergency stop"]);
    mood = "there";
    expect(await pauses.list(IN_FORCE)).toEqual([{ ...pauseOf("pau_1"), unwritten: true }]);
    clock.advance(1_000);
    await settled();
    expect(await written.list(IN_FORCE)).toEqual([pauseOf("pau_1")]);
    expect(await pauses.list(IN_FORCE)).toEqual([pauseOf("pau_1")]);
    expect(told).toEqual(["trouble keeping an emergency stop", "recovered keeping an emergency stop"]);
    expect(clock.pending).toBe(0);
  });

  test("waits half a second for one that is frozen, and no longer", async () => {
    mood = "frozen";
    const opened = pauses.open(pauseOf("pau_1"));
    clock.advance(500);
    expect(await opened).toMatchObject({ id: "pau_1", unwritten: true });
  });

  test("keeps its order among others, and the first stop of a subject stays the one", async () => {
    await pauses.open(pauseOf("pau_1"));
    mood = "away";
    const again = pauseOf("pau_2", { subject: { type: "endpoint", name: "pau_1" } });
    for (const one of [again, pauseOf("pau_3")]) await pauses.open(one);
    mood = "there";
    expect(await inForce(pauses)).toEqual(["pau_3", "pau_2", "pau_1"]);
    clock.advance(1_000);
    await settled();
    expect([await inForce(pauses), await inForce(written)]).toEqual([
      ["pau_3", "pau_1"],
      ["pau_3", "pau_1"],
    ]);
  });

  test("can be lifted before it is written; both are on record afterwards", async () => {
    mood = "away";
    await pauses.open(pauseOf("pau_1"));
    expect(await pauses.lift("pau_1", LIFTED)).toEqual({ ...pauseOf("pau_1"), lifted: LIFTED, unwritten: true });
    mood = "there";
    expect(await inForce(pauses)).toEqual([]);
    clock.advance(1_000);
    await settled();
    expect(await written.list({ inForce: false, limit: 9 })).toEqual([{ ...pauseOf("pau_1"), lifted: LIFTED }]);
  });

  test("holds also where the store is at fault in another way, then and later", async () => {
    mood = "refuses";
    expect(await pauses.open(pauseOf("pau_1"))).toMatchObject({ unwritten: true });
    mood = "away";
    expect(await pauses.open(pauseOf("pau_2"))).toMatchObject({ unwritten: true });
    mood = "refuses";
    clock.advance(1_000);
    await settled();
    expect(told).toEqual(["trouble keeping an emergency stop"]);
    mood = "there";
    expect(await inForce(pauses)).toEqual(["pau_2", "pau_1"]);
    clock.advance(1_000);
    await settled();
    expect(await inForce(written)).toEqual(["pau_2", "pau_1"]);
  });

  test("is hidden nowhere where the store says that it must not be", async () => {
    mood = "says no";
    await expect(pauses.open(pauseOf("pau_1"))).rejects.toMatchObject({ code: "invalid_request" });
    mood = "there";
    expect([await inForce(pauses), clock.pending]).toEqual([[], 0]);
  });

  test("that was lifted before its answer was lost is in force nowhere", async () => {
    mood = "loses answers";
    await pauses.open(pauseOf("pau_1"));
    expect(await inForce(written)).toEqual(["pau_1"]);
    await pauses.lift("pau_1", LIFTED);
    mood = "there";
    expect(await inForce(pauses)).toEqual([]);
    clock.advance(1_000);
    await settled();
    expect(await written.list({ inForce: false, limit: 9 })).toEqual([{ ...pauseOf("pau_1"), lifted: LIFTED }]);
  });

  test("outlives that of a rule on the same subject", async () => {
    const rule = { name: "dear", outcome: "paused", until: 9 } as const;
    await pauses.open(pauseOf("pau_r", { rule, by: "rollward" }));
    mood = "away";
    await pauses.open(pauseOf("pau_1", { subject: { type: "endpoint", name: "pau_r" } }));
    mood = "there";
    clock.advance(1_000);
    await settled();
    expect([await inForce(pauses), await inForce(written)]).toEqual([["pau_1", "pau_r"], ["pau_r"]]);
    await pauses.lift("pau_r", LIFTED);
    clock.advance(1_000);
    await settled();
    expect([await inForce(pauses), await inForce(written)]).toEqual([["pau_1"], ["pau_1"]]);
  });

  test("is refused where too many are owed, and where a rule makes it, which looks again", async () => {
    mood = "away";
    const rule = { name: "dear", outcome: "paused", until: null } as const;
    await expect(pauses.open(pauseOf("pau_r", { rule }))).rejects.toMatchObject({ code: "database_unavailable" });
    for (let one = 0; one < 1_000; one += 1) await pauses.open(pauseOf(`pau_${one}`));
    await expect(pauses.open(pauseOf("pau_x"))).rejects.toMatchObject({ code: "database_unavailable" });
  });
});
