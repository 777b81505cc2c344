import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { outputItems } from "../../domain/call/output-items.ts";
import type { FoundItems, ResponseStore, StoredResponse, WantedItems } from "../../ports/response-store.ts";
import { createResponseKeeper } from "./response-keeper.ts";

/** Lets everything that waits for nothing happen. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Keeps what it is given, refuses everything or some, or does not answer at all. */
class Store implements ResponseStore {
  readonly kept = new Map<string, StoredResponse>();
  readonly batches: number[] = [];
  mood: "well" | "failing" | "silent" = "well";
  readonly refuses = new Set<string>();
  /** Holds an append back until it is called. */
  gate: Promise<void> = Promise.resolve();

  async append(responses: readonly StoredResponse[]): Promise<void> {
    await this.gate;
    if (this.mood === "failing" || responses.some(({ id }) => this.refuses.has(id)))
      throw new Error("The disk is full.");
    this.batches.push(responses.length);
    for (const response of responses) this.kept.set(response.id, response);
  }

  async find(keyId: string, id: string): Promise<StoredResponse | null> {
    if (this.mood === "silent") return new Promise(() => {});
    const found = this.kept.get(id);
    return found?.keyId === keyId ? found : null;
  }

  readonly looks: WantedItems[] = [];

  async findItems(wanted: WantedItems): Promise<FoundItems | null> {
    this.looks.push(wanted);
    if (this.mood === "silent") return new Promise(() => {});
    const own = [...this.kept.values()].filter(({ keyId }) => keyId === wanted.keyId);
    const items = own.flatMap(({ response }) => [...outputItems(response)]);
    return new Map(items.filter(([id]) => wanted.ids.includes(id)));
  }

  async delete(keyId: string, id: string): Promise<boolean> {
    return this.kept.get(id)?.keyId === keyId && this.kept.delete(id);
  }

  async expire(): Promise<void> {}
}

const responseOf = (id: string, text = "Hi"): StoredResponse => ({
  id,
  keyId: "key_a",
  createdAt: 0,
  expiresAt: 1_000,
  session: { header: null, metadata: null, opening: null },
  input: [{ role: "user", content: text }],
  response: { id, output: [] },
});

const answerOf = (id: string, item: string, text = "Hi"): StoredResponse => ({
  ...responseOf(id),
  response: { id, output: [{ id: item, type: "message", content: text }] },
});

function keeperOn(store: Store, isShared = false) {
  const clock = new HandClock();
  const said: string[] = [];
  const announcer = {
    decided: () => {},
    troubled: (what: string) => void said.push(`trouble ${what}`),
    recovered: (what: string) => void said.push(`recovered ${what}`),
  };
  return { clock, said, keeper: createResponseKeeper({ store, clock, announcer, isShared }) };
}

describe("a keeper of responses", () => {
  test("writes behind, and finds what waits at once, for the key that made it alone", async () => {
    const store = new Store();
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { keeper } = keeperOn(store);
    expect(keeper.keep(responseOf("resp_1"))).toBe(true);
    expect(store.kept.size).toBe(0);
    expect(await keeper.find("key_a", "resp_1")).toEqual(responseOf("resp_1"));
    expect(await keeper.find("key_b", "resp_1")).toBeNull();
    gate.resolve();
    await keeper.flush();
    expect([...store.kept.keys()]).toEqual(["resp_1"]);
    expect(await keeper.find("key_a", "resp_1")).toEqual(responseOf("resp_1"));
  });

  test("writes many at a time", async () => {
    const store = new Store();
    const { keeper } = keeperOn(store);
    for (let index = 0; index < 45; index += 1) keeper.keep(responseOf(`resp_${index}`));
    await keeper.flush();
    expect(store.kept.size).toBe(45);
    expect(store.batches.length).toBeLessThanOrEqual(4);
  });

  test("keeps nothing that is too large, nor more than may wait, and counts what it did not keep", () => {
    const store = new Store();
    store.gate = new Promise(() => {});
    const { keeper } = keeperOn(store);
    expect(keeper.keep(responseOf("resp_large", "x".repeat(4 * 1024 * 1024)))).toBe(false);
    const kept = Array.from({ length: 40 }, (_, index) =>
      keeper.keep(responseOf(`resp_${index}`, "x".repeat(2 * 1024 * 1024))),
    );
    expect(kept.filter(Boolean)).toHaveLength(31);
    expect(keeper.dropped()).toBe(10);
  });

  test("takes the newer of two with the same id, and forgets the bytes of the older", async () => {
    const store = new Store();
    store.gate = new Promise(() => {});
    const { keeper } = keeperOn(store);
    for (let index = 0; index < 200; index += 1) keeper.keep(responseOf("resp_1", "x".repeat(1024 * 1024) + index));
    expect(keeper.dropped()).toBe(0);
    expect((await keeper.find("key_a", "resp_1"))?.input).toEqual([
      { role: "user", content: "x".repeat(1024 * 1024) + 199 },
    ]);
  });

  test("tells once that the store fails, tries again later and tells that it works again", async () => {
    const store = new Store();
    store.mood = "failing";
    const { keeper, clock, said } = keeperOn(store);
    keeper.keep(responseOf("resp_1"));
    keeper.keep(responseOf("resp_2"));
    await settle();
    clock.advance(500);
    await settle();
    expect(said).toEqual(["trouble storing responses"]);
    store.mood = "well";
    clock.advance(500);
    await keeper.flush();
    expect(said).toEqual(["trouble storing responses", "recovered storing responses"]);
    expect(store.kept.size).toBe(2);
  });

  test("is not held up by one that the store refuses, and gives it up in the end", async () => {
    const store = new Store();
    store.refuses.add("resp_0");
    const { keeper, clock, said } = keeperOn(store);
    for (let index = 0; index < 10; index += 1) keeper.keep(responseOf(`resp_${index}`));
    for (let index = 0; index < 8; index += 1) {
      await settle();
      keeper.keep(responseOf(`resp_later_${index}`));
      clock.advance(500);
    }
    await keeper.flush();
    expect(keeper.dropped()).toBe(1);
    expect(store.kept.size).toBe(17);
    expect(said).toEqual(["trouble storing responses", "recovered storing responses"]);
  });

  test("says that the database does not answer rather than let a client wait", async () => {
    const store = new Store();
    store.mood = "silent";
    const { keeper, clock } = keeperOn(store);
    const found = keeper.find("key_a", "resp_1");
    clock.advance(2_000);
    await expect(found).rejects.toMatchObject({ code: "database_unavailable" });
    expect(clock.pending).toBe(0);
  });

  test("finds items that wait and items that are stored at one look, for the key that made them alone", async () => {
    const store = new Store();
    const { keeper } = keeperOn(store);
    keeper.keep(answerOf("resp_1", "msg_1"));
    await keeper.flush();
    store.gate = new Promise(() => {});
    keeper.keep(answerOf("resp_2", "msg_2"));
    const found = await keeper.findItems("key_a", ["msg_1", "msg_2", "msg_3"]);
    expect([...(found ?? [])].map(([id]) => id).toSorted()).toEqual(["msg_1", "msg_2"]);
    expect(store.looks.map(({ ids }) => ids)).toEqual([["msg_1", "msg_3"]]);
    expect((await keeper.findItems("key_b", ["msg_1", "msg_2"]))?.size).toBe(0);
    expect(await keeper.delete("key_a", "resp_2")).toBe(true);
    expect((await keeper.findItems("key_a", ["msg_2"]))?.size).toBe(0);
  });

  test("does not gather more for one request than a conversation has", async () => {
    const store = new Store();
    store.gate = new Promise(() => {});
    const { keeper } = keeperOn(store);
    const ids = Array.from({ length: 6 }, (_, index) => `msg_${index}`);
    for (const id of ids) keeper.keep(answerOf(`resp_${id}`, id, "x".repeat(3 * 1024 * 1024)));
    expect((await keeper.findItems("key_a", ids.slice(0, 5)))?.size).toBe(5);
    expect(await keeper.findItems("key_a", ids)).toBeNull();
  });

  test("does not let a client wait for items either", async () => {
    const store = new Store();
    store.mood = "silent";
    const { keeper, clock } = keeperOn(store);
    const found = keeper.findItems("key_a", ["msg_1"]);
    clock.advance(2_000);
    await expect(found).rejects.toMatchObject({ code: "database_unavailable" });
  });

  test("never brings back what was deleted while it was being written", async () => {
    const store = new Store();
    const gate = Promise.withResolvers<void>();
    store.gate = gate.promise;
    const { keeper } = keeperOn(store);
    keeper.keep(responseOf("resp_1"));
    await settle();
    expect(await keeper.delete("key_a", "resp_1")).toBe(true);
    expect(await keeper.find("key_a", "resp_1")).toBeNull();
    gate.resolve();
    await keeper.flush();
    expect(store.kept.size).toBe(0);
    expect(await keeper.delete("key_a", "resp_1")).toBe(false);
  });

  test("finds what another replica writes only now, and waits for none where there is none", async () => {
    const store = new Store();
    const { keeper, clock } = keeperOn(store, true);
    const [response, items] = [keeper.find("key_a", "resp_000001"), keeper.findItems("key_a", ["msg_000001"])];
    await settle();
    await store.append([answerOf("resp_000001", "msg_000001")]);
    clock.advance(50);
    expect((await response)?.id).toBe("resp_000001");
    expect([...((await items) ?? [])].map(([id]) => id)).toEqual(["msg_000001"]);
    const alone = keeperOn(store).keeper;
    expect(await alone.find("key_a", "resp_000002")).toBeNull();
    expect((await alone.findItems("key_a", ["msg_000002"]))?.size).toBe(0);
  });

  test("deletes what another replica writes only now", async () => {
    const store = new Store();
    const { keeper, clock } = keeperOn(store, true);
    const deleted = keeper.delete("key_a", "resp_000001");
    await settle();
    await store.append([answerOf("resp_000001", "msg_000001")]);
    clock.advance(50);
    expect(await deleted).toBe(true);
    expect(store.kept.size).toBe(0);
  });
});
