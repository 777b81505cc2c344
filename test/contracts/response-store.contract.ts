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
}
