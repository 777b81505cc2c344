import { describe, expect, test } from "vitest";
import type { StoredResponse } from "../../src/ports/response-store.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const responseOf = (overrides: Partial<StoredResponse> = {}): StoredResponse => ({
  id: `resp_${newId("call")}`,
  keyId: "key_a",
  createdAt: T0,
  expiresAt: T0 + 1_000,
  session: { header: null, metadata: "session", opening: null },
  input: [{ role: "user", content: "Hi \u0000 🔑" }],
  response: { id: "resp", output: [] },
  ...overrides,
});

const WANTED = { keyId: "key_a", now: T0, mostBytes: 1_000_000 };

/** An answer that holds one item beside another. */
function answerWith(
  text: string,
  { id = `msg_${newId("call")}`, ...overrides }: Partial<Pick<StoredResponse, "keyId" | "createdAt" | "id">> = {},
) {
  const item = { id, type: "message", content: text };
  const output = [{ type: "reasoning", id: `rs_${newId("call")}` }, item];
  return { id, item, response: responseOf({ ...overrides, response: { id: "resp", output } }) };
}

/** What every store of responses must do. */
export function responseStoreContract(get: GetStores): void {
  describe("as a response store", () => {
    test("gives a response back as it was, to the key that made it alone", async () => {
      const response = responseOf();
      await get().responses.append([response, responseOf()]);
      expect(await get().responses.find("key_a", response.id, T0)).toEqual(response);
      expect(await get().responses.find("key_b", response.id, T0)).toBeNull();
      expect(await get().responses.delete("key_b", response.id)).toBe(false);
    });

    test("keeps the first of two with the same id", async () => {
      const response = responseOf();
      await get().responses.append([response]);
      await get().responses.append([{ ...response, createdAt: T0 + 5 }]);
      expect(await get().responses.find("key_a", response.id, T0)).toEqual(response);
    });

    test("keeps those of two keys apart, also with the same id", async () => {
      const response = responseOf();
      const other = { ...response, keyId: "key_b", createdAt: T0 + 5 };
      await get().responses.append([response]);
      await get().responses.append([other]);
      expect(await get().responses.find("key_b", response.id, T0)).toEqual(other);
      expect(await get().responses.delete("key_a", response.id)).toBe(true);
      expect(await get().responses.find("key_b", response.id, T0)).toEqual(other);
    });

    test("deletes once", async () => {
      const response = responseOf();
      await get().responses.append([response]);
      expect(await get().responses.delete("key_a", response.id)).toBe(true);
      expect(await get().responses.delete("key_a", response.id)).toBe(false);
      expect(await get().responses.find("key_a", response.id, T0)).toBeNull();
    });

    test("shows and keeps nothing that has expired", async () => {
      const old = responseOf();
      const young = responseOf({ expiresAt: T0 + 2_000 });
      await get().responses.append([old, young]);
      expect(await get().responses.find("key_a", old.id, T0 + 1_000)).toBeNull();
      await get().responses.expire(T0 + 1_000);
      expect(await get().responses.find("key_a", old.id, T0)).toBeNull();
      expect(await get().responses.find("key_a", young.id, T0)).toEqual(young);
    });
  });

  describe("as a response store, asked for items", () => {
    itemContract(get);
  });
}

function itemContract(get: GetStores): void {
  test("finds items of answers by their ids, for the key that made them alone", async () => {
    const [one, two] = [answerWith("a"), answerWith("b")];
    const stranger = answerWith("c", { keyId: "key_b" });
    await get().responses.append([one.response, two.response, stranger.response, responseOf()]);
    const ids = [one.id, two.id, stranger.id, "msg_of_nobody"];
    const found = await get().responses.findItems({ ...WANTED, ids });
    expect(new Map(found)).toEqual(
      new Map([
        [one.id, one.item],
        [two.id, two.item],
      ]),
    );
    expect((await get().responses.findItems({ ...WANTED, ids: [] }))?.size).toBe(0);
  });

  test("finds an item with the longest id, and of several with the same id the newest", async () => {
    const id = `msg_${newId("call")}_\u0000${"🔑".repeat(900)}`;
    const older = answerWith("older", { id });
    const newer = answerWith("newer", { id, createdAt: T0 + 1 });
    await get().responses.append([newer.response, older.response]);
    expect((await get().responses.findItems({ ...WANTED, ids: [id] }))?.get(id)).toEqual(newer.item);
    await get().responses.delete("key_a", newer.response.id);
    expect((await get().responses.findItems({ ...WANTED, ids: [id] }))?.get(id)).toEqual(older.item);
  });

  test("finds no item of an answer that has expired", async () => {
    const { response, id } = answerWith("old");
    await get().responses.append([response]);
    expect((await get().responses.findItems({ ...WANTED, ids: [id], now: T0 + 1_000 }))?.size).toBe(0);
  });

  test("does not read more than it may for items", async () => {
    const [one, two] = [answerWith("x".repeat(1_000)), answerWith("y".repeat(1_000))];
    await get().responses.append([one.response, two.response]);
    const wanted = { ...WANTED, mostBytes: 1_500 };
    expect((await get().responses.findItems({ ...wanted, ids: [one.id] }))?.size).toBe(1);
    expect(await get().responses.findItems({ ...wanted, ids: [one.id, two.id] })).toBeNull();
  });
}
