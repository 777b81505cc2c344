import { describe, expect, test } from "vitest";
import { verifyLog } from "../../src/domain/rollout/log.ts";
import type { Rollout } from "../../src/domain/rollout/rollout.ts";
import type { Decision } from "../../src/ports/rollout-store.ts";
import { CANCELLED, STARTED, deciding, opening, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const ramp = (rollout: Rollout, step: number): Decision =>
  deciding(rollout, [{ type: "StepEntered", step, weight: 0.05, epoch: step + 2 }]);

/** What every store of rollouts and channels must do. */
export function rolloutStoreContract(get: GetStores): void {
  describe("as a rollout store", () => {
    appending(get);
    keys(get);
    races(get);
    occupancy(get);
    channels(get);
    reading(get);
  });
}

function appending(get: GetStores): void {
  test("keeps events and snapshot as they were appended", async () => {
    const opened = opening(uniqueName("bot"));
    expect(await get().rollouts.append(opened)).toBe("appended");
    const started = deciding(opened.rollout, [STARTED, { type: "StepEntered", step: 0, weight: 0.01, epoch: 2 }]);
    expect(await get().rollouts.append(started)).toBe("appended");
    expect(await get().rollouts.byId(opened.rollout.id)).toEqual(started.rollout);
    const log = await get().rollouts.events(opened.rollout.id, 0, 100);
    expect(log).toEqual([...opened.events, ...started.events]);
    expect(verifyLog(log)).toEqual({ ok: true });
  });

  test("refuses events that do not follow the stored ones, and keeps nothing of them", async () => {
    const { rollout, ...rest } = opening(uniqueName("bot"));
    await get().rollouts.append({ rollout, ...rest });
    const next = ramp(rollout, 0);
    const [event] = next.events;
    if (event === undefined) throw new Error("No event.");
    const ahead = { ...next, events: [{ ...event, seq: event.seq + 1 }] };
    const elsewhere = { ...next, events: [{ ...event, prevHash: "f".repeat(64) }] };
    const torn = { ...next, events: [event, { ...event, seq: event.seq + 2 }] };
    const empty = { ...next, events: [] };
    const again = { ...next, events: rest.events, rollout };
    for (const wrong of [ahead, elsewhere, torn, empty, again]) {
      expect(await get().rollouts.append(wrong)).toBe("conflict");
    }
    expect(await get().rollouts.byId(rollout.id)).toEqual(rollout);
    expect(await get().rollouts.events(rollout.id, 0, 100)).toEqual(rest.events);
  });
}

function keys(get: GetStores): void {
  test("answers a repeated key with duplicate and changes nothing, whatever has happened since", async () => {
    const opened = opening(uniqueName("bot"));
    await get().rollouts.append(opened);
    const first = deciding(opened.rollout, [{ type: "HoldSet", hold: "manual" }], { key: "k-1" });
    expect(await get().rollouts.append(first)).toBe("appended");
    expect(await get().rollouts.append(first)).toBe("duplicate");
    const second = deciding(first.rollout, [{ type: "HoldCleared", hold: "manual" }], { key: "k-2" });
    expect(await get().rollouts.append(second)).toBe("appended");
    expect(await get().rollouts.append(first)).toBe("duplicate");
    const onTop = deciding(second.rollout, [{ type: "HoldSet", hold: "manual" }], { key: "k-1" });
    expect(await get().rollouts.append(onTop)).toBe("duplicate");
    expect(await get().rollouts.byId(opened.rollout.id)).toEqual(second.rollout);
  });

  test("finds the decision of a key, whatever has happened since", async () => {
    const opened = opening(uniqueName("bot"));
    await get().rollouts.append(opened);
    const held = deciding(
      opened.rollout,
      [
        { type: "HoldSet", hold: "manual" },
        { type: "TimeObserved", ms: 1 },
      ],
      {
        key: "k \u0000",
      },
    );
    await get().rollouts.append(held);
    await get().rollouts.append(deciding(held.rollout, [CANCELLED]));
    expect(await get().rollouts.decidedBy(opened.rollout.id, "k \u0000")).toBe(opened.rollout.seq + 1);
    expect(await get().rollouts.decidedBy(opened.rollout.id, "k")).toBeNull();
    expect(await get().rollouts.decidedBy("rol_nobody", "k \u0000")).toBeNull();
  });

  test("takes the same key for another rollout, and keys of any text", async () => {
    for (const key of ["k", "k", "\u0000", "ключ 🔑 '\"\\", "long ".repeat(2_000)]) {
      const decision = opening(uniqueName("bot"), key);
      expect(await get().rollouts.append(decision)).toBe("appended");
      expect(await get().rollouts.append(decision)).toBe("duplicate");
    }
  });
}

function races(get: GetStores): void {
  test("lets exactly one of several writers append the same place in the log", async () => {
    const opened = opening(uniqueName("bot"));
    await get().rollouts.append(opened);
    let { rollout } = opened;
    for (let round = 0; round < 5; round += 1) {
      const rivals = Array.from({ length: 8 }, (_, index) =>
        deciding(rollout, [{ type: "TimeObserved", ms: 1_000 * round + index }]),
      );
      const results = await Promise.all(rivals.map((each) => get().rollouts.append(each)));
      expect(results.filter((result) => result === "appended")).toHaveLength(1);
      expect(results.filter((result) => result === "conflict")).toHaveLength(7);
      const winner = rivals[results.indexOf("appended")]?.rollout;
      expect(await get().rollouts.byId(rollout.id)).toEqual(winner);
      if (winner !== undefined) ({ rollout } = { rollout: winner });
    }
    expect(verifyLog(await get().rollouts.events(rollout.id, 0, 100))).toEqual({ ok: true });
  });

  test("takes one of several equal decisions and calls the others duplicates", async () => {
    const opened = opening(uniqueName("bot"));
    await get().rollouts.append(opened);
    const decision = deciding(opened.rollout, [{ type: "HoldSet", hold: "manual" }], { key: "once" });
    const results = await Promise.all(Array.from({ length: 8 }, () => get().rollouts.append(decision)));
    expect(results.toSorted()).toEqual(["appended", ...Array.from({ length: 7 }, () => "duplicate")]);
  });

  test("opens one of several rollouts with the same id", async () => {
    const opened = opening(uniqueName("bot"));
    const results = await Promise.all(Array.from({ length: 4 }, () => get().rollouts.append(opened)));
    expect(results.toSorted()).toEqual(["appended", "conflict", "conflict", "conflict"]);
  });
}

function occupancy(get: GetStores): void {
  test("lets one rollout at a time start in a channel", async () => {
    const endpoint = uniqueName("bot");
    const [one, other] = [opening(endpoint), opening(endpoint)];
    expect(await get().rollouts.append(one)).toBe("appended");
    expect(await get().rollouts.append(other)).toBe("appended");
    const starts = [deciding(one.rollout, [STARTED]), deciding(other.rollout, [STARTED])];
    const results = await Promise.all(starts.map((each) => get().rollouts.append(each)));
    expect(results.toSorted()).toEqual(["appended", "conflict"]);

    const winner = starts[results.indexOf("appended")];
    const loser = starts[results.indexOf("conflict")];
    if (winner === undefined || loser === undefined) throw new Error("Nobody won.");
    expect(await get().rollouts.append(loser)).toBe("conflict");
    const ended = deciding(winner.rollout, [{ type: "AbortStarted", cause: "command", epoch: 9 }, { type: "Aborted" }]);
    expect(await get().rollouts.append(ended)).toBe("appended");
    expect(await get().rollouts.append(loser)).toBe("appended");
  });

  test("knows a channel by endpoint and environment", async () => {
    const endpoint = uniqueName("bot");
    const [one, other] = [opening(endpoint), opening(endpoint)];
    const staged = { ...other.rollout, channel: { endpoint, environment: "staging" } };
    for (const each of [one, { ...other, rollout: staged }]) await get().rollouts.append(each);
    expect(await get().rollouts.append(deciding(one.rollout, [STARTED]))).toBe("appended");
    expect(await get().rollouts.append(deciding(staged, [STARTED]))).toBe("appended");
    const listed = async (environment: string) =>
      (await get().rollouts.list({ endpoint, environment, limit: 10 })).map(({ id }) => id);
    expect([await listed("production"), await listed("staging")]).toEqual([[one.rollout.id], [staged.id]]);
    expect(await listed("nowhere")).toEqual([]);
  });
}

function channels(get: GetStores): void {
  const channelOf = async (endpoint: string) => get().rollouts.channel({ endpoint, environment: "production" });

  test("opens a channel once", async () => {
    const name = { endpoint: uniqueName("bot"), environment: "production" };
    const opened = await Promise.all(["rel_1", "rel_2"].map((stable) => get().rollouts.openChannel(name, stable)));
    expect(opened[0]).toEqual(opened[1]);
    expect(opened[0]).toMatchObject({ name, rolloutId: null });
    expect(await get().rollouts.openChannel(name, "rel_3")).toEqual(opened[0]);
    expect(await channelOf(name.endpoint)).toEqual(opened[0]);
  });

  test("finds a channel by its whole name, and among all of them", async () => {
    const endpoint = uniqueName("bot \u0000 'ё'");
    const opened = await get().rollouts.openChannel({ endpoint, environment: "production" }, "rel_1");
    const staged = await get().rollouts.openChannel({ endpoint, environment: "staging" }, "rel_2");
    expect(await get().rollouts.channel(opened.name)).toEqual(opened);
    expect(await get().rollouts.channel(staged.name)).toEqual(staged);
    expect(await get().rollouts.channel({ endpoint, environment: "nowhere" })).toBeNull();
    expect(await get().rollouts.channel({ endpoint: uniqueName("bot"), environment: "production" })).toBeNull();
    expect(await get().rollouts.channels()).toEqual(expect.arrayContaining([opened, staged]));
  });

  test("moves the channel with the decision, or neither", async () => {
    const opened = opening(uniqueName("bot"));
    const before = await get().rollouts.openChannel(opened.rollout.channel, "rel_stable");
    await get().rollouts.append(opened);
    const after = { ...before, stable: "rel_candidate", epoch: before.epoch + 1, rolloutId: opened.rollout.id };
    const moved = deciding(opened.rollout, [STARTED], { channel: after });
    expect(await get().rollouts.append(moved)).toBe("appended");
    expect(await channelOf(before.name.endpoint)).toEqual(after);

    for (const channel of [
      { ...after, epoch: before.epoch },
      { ...after, stable: "rel_other" },
    ]) {
      const stale = deciding(moved.rollout, [{ type: "TimeObserved", ms: 1 }], { channel });
      expect(await get().rollouts.append(stale)).toBe("conflict");
    }
    expect(await channelOf(before.name.endpoint)).toEqual(after);
    expect(await get().rollouts.byId(opened.rollout.id)).toEqual(moved.rollout);
    expect(await get().rollouts.events(opened.rollout.id, 0, 100)).toHaveLength(moved.rollout.seq);
  });

  test("lets a rollout leave its channel without a new epoch", async () => {
    const opened = opening(uniqueName("bot"));
    const before = await get().rollouts.openChannel(opened.rollout.channel, "rel_stable");
    await get().rollouts.append(opened);
    const held = { ...before, epoch: 5, rolloutId: opened.rollout.id };
    const started = deciding(opened.rollout, [STARTED], { channel: held });
    expect(await get().rollouts.append(started)).toBe("appended");
    const left = deciding(started.rollout, [{ type: "TimeObserved", ms: 1 }], {
      channel: { ...held, rolloutId: null },
    });
    expect(await get().rollouts.append(left)).toBe("appended");
    expect(await channelOf(before.name.endpoint)).toEqual({ ...held, rolloutId: null });
  });
}

function reading(get: GetStores): void {
  test("lists the newest first, by endpoint, with or without those that have ended", async () => {
    const endpoint = uniqueName("bot");
    const opened = [];
    for (let index = 0; index < 4; index += 1) {
      const decision = opening(endpoint);
      await get().rollouts.append(decision);
      opened.push(decision.rollout);
    }
    const [first, second, third, fourth] = opened.map(({ id }) => id);
    const ends = opened[1];
    if (ends !== undefined) await get().rollouts.append(deciding(ends, [CANCELLED]));
    const ids = async (filter: Parameters<ReturnType<GetStores>["rollouts"]["list"]>[0]) =>
      (await get().rollouts.list(filter)).map(({ id }) => id);
    expect(await ids({ endpoint, limit: 10 })).toEqual([fourth, third, second, first]);
    expect(await ids({ endpoint, limit: 2 })).toEqual([fourth, third]);
    expect(await ids({ endpoint, open: true, limit: 10 })).toEqual([fourth, third, first]);
    expect((await ids({ limit: 4 })).slice(0, 4)).toEqual([fourth, third, second, first]);
    expect(await get().rollouts.byId("rol_nobody")).toBeNull();
  });

  test("reads a log in pages", async () => {
    const opened = opening(uniqueName("bot"));
    await get().rollouts.append(opened);
    const times = Array.from({ length: 30 }, (_, index) => ({ type: "TimeObserved", ms: index + 1 }) as const);
    const decision = deciding(opened.rollout, times);
    await get().rollouts.append(decision);
    const { id, seq } = decision.rollout;
    const pages = [];
    for (let after = 0; after < seq;) {
      const page = await get().rollouts.events(id, after, 7);
      pages.push(...page);
      after = page.at(-1)?.seq ?? seq;
    }
    expect(pages.map((event) => event.seq)).toEqual(Array.from({ length: seq }, (_, index) => index + 1));
    expect(await get().rollouts.events(id, seq, 7)).toEqual([]);
    expect(await get().rollouts.events("rol_nobody", 0, 7)).toEqual([]);
  });
}
