import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StoredResponse } from "../../ports/response-store.ts";
import { inputItems } from "./input-items.ts";

const storedWith = (count: number): StoredResponse => ({
  id: "resp_1",
  keyId: "key_a",
  createdAt: 0,
  expiresAt: 1,
  session: { header: null, metadata: null, opening: null },
  input: Array.from({ length: count }, (_, index) => ({ type: "message", role: "user", content: `${index}` })),
  response: {},
});

const contentsOf = (page: ReturnType<typeof inputItems>): readonly unknown[] =>
  (page["data"] as readonly { readonly content: string }[]).map(({ content }) => content);

describe("the items of a response", () => {
  test("come page by page, each once and in order, whatever the page is", () => {
    const order = fc.constantFrom("asc", "desc");
    fc.assert(
      fc.property(fc.nat(60), fc.integer({ min: 1, max: 100 }), order, (count, limit, wanted) => {
        const stored = storedWith(count);
        const seen: unknown[] = [];
        let after: unknown;
        for (;;) {
          const page = inputItems(stored, { limit: `${limit}`, order: wanted, ...(after !== undefined && { after }) });
          seen.push(...contentsOf(page));
          if (page["has_more"] !== true) break;
          after = page["last_id"];
        }
        const all = Array.from({ length: count }, (_, index) => `${index}`);
        expect(seen).toEqual(wanted === "asc" ? all : all.toReversed());
      }),
    );
  });

  test("are the newest twenty when nothing is said", () => {
    const page = inputItems(storedWith(30), {});
    expect(contentsOf(page).slice(0, 2)).toEqual(["29", "28"]);
    expect(page).toMatchObject({ has_more: true, first_id: "item_29", last_id: "item_10" });
  });

  test.each([
    { limit: "0" },
    { limit: "101" },
    { limit: "a" },
    { order: "up" },
    { after: "item_9" },
    { limit: ["1", "2"] },
  ])("are refused for %j", (query) => {
    expect(() => inputItems(storedWith(2), query)).toThrow("must be");
  });
});
