import { describe, expect, test } from "vitest";
import type { Feedback } from "../../src/domain/feedback/feedback.ts";
import { newId, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const feedbackOf = (changes: Partial<Feedback> = {}): Feedback => ({
  id: newId("fb"),
  part: 0,
  owner: "tenant:acme",
  at: T0,
  keyId: "key_1",
  callId: newId("call"),
  session: "s-1",
  endpoint: "support-bot",
  environment: "production",
  release: "support-bot@7",
  rolloutId: newId("rol"),
  arm: "candidate",
  item: { kind: "thumbs", up: false },
  ...changes,
});

/** What every store of feedback must do. */
export function feedbackStoreContract(get: GetStores): void {
  describe("as a feedback store", () => {
    keepsOnce(get);
    comparesIds(get);
    finds(get);
    forgets(get);
  });
}

function keepsOnce(get: GetStores): void {
  test("gives everything back as it was, newest first", async () => {
    const endpoint = uniqueName("bot");
    const items: readonly Feedback["item"][] = [
      { kind: "thumbs", up: true },
      { kind: "problem", category: null, comment: "It said \u0000 and \ud83d\ude00." },
      { kind: "score", name: "helpfulness", value: 0.1 + 0.2, judge: "judge@3" },
      { kind: "correction", text: "Say 42." },
      { kind: "metric", name: "basket", value: 12.5 },
      { kind: "metric", name: "sold", value: false },
    ];
    const said = items.map((item, part) => feedbackOf({ endpoint, part, item }));
    expect(await get().feedback.append(said)).toEqual(items.map(() => "new"));
    const kept = await get().feedback.list({ endpoint, limit: 10 });
    expect(kept.map(({ position: _, ...one }) => one)).toEqual(said.toReversed());
    const positions = kept.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((one, other) => other - one));
  });

  test("says what is new, and keeps the first of what has the same owner, id and part", async () => {
    const first = feedbackOf({ endpoint: uniqueName("bot") });
    const endpoint = first.endpoint ?? "";
    expect(await get().feedback.append([first])).toEqual(["new"]);
    const again = { ...first, at: T0 + 9 };
    const others = [
      { ...first, owner: "tenant:other" },
      { ...first, part: 1 },
    ];
    expect(await get().feedback.append([again, ...others])).toEqual(["same", "new", "new"]);
    const twice = feedbackOf({ endpoint });
    expect(await get().feedback.append([twice, twice])).toEqual(["new", "same"]);
    const kept = await get().feedback.list({ endpoint, limit: 10 });
    expect(kept).toHaveLength(4);
    expect(kept.at(-1)?.at).toBe(T0);
  });
}

function comparesIds(get: GetStores): void {
  test("says when an id was used for something else, and keeps what it had", async () => {
    const first = feedbackOf({
      endpoint: uniqueName("bot"),
      item: { kind: "problem", category: "a", comment: "\u0000" },
    });
    const endpoint = first.endpoint ?? "";
    await get().feedback.append([first]);
    const others = [
      { ...first, item: { kind: "thumbs", up: true } as const },
      { ...first, callId: newId("call") },
      { ...first, session: "another" },
    ];
    for (const other of others) expect(await get().feedback.append([other])).toEqual(["other"]);
    expect(await get().feedback.append([{ ...first, keyId: "key_2", at: T0 + 1 }])).toEqual(["same"]);
    expect(await get().feedback.list({ endpoint, limit: 5 })).toHaveLength(1);
  });

  test("keeps a whole or nothing: where one part was something else, no other part is there", async () => {
    const first = feedbackOf({ endpoint: uniqueName("bot") });
    const { endpoint } = first;
    const other = { ...first, item: { kind: "thumbs", up: true } as const };
    const correction = { ...first, part: 1, item: { kind: "correction", text: "42" } as const };
    expect(await get().feedback.appendWhole([first])).toEqual(["new"]);
    expect(await get().feedback.appendWhole([other, correction])).toContain("other");
    expect(await get().feedback.list({ endpoint: endpoint ?? "", limit: 5 })).toHaveLength(1);
    expect(await get().feedback.appendWhole([first, correction])).toEqual(["same", "new"]);
    expect(await get().feedback.appendWhole([first, correction])).toEqual(["same", "same"]);
    expect(await get().feedback.appendWhole([])).toEqual([]);
    expect(await get().feedback.list({ endpoint: endpoint ?? "", limit: 5 })).toHaveLength(2);
  });

  test("takes nothing and says nothing of it", async () => {
    expect(await get().feedback.append([])).toEqual([]);
  });

  test("takes the same from several at once and calls it new once", async () => {
    const one = feedbackOf({ endpoint: uniqueName("bot") });
    const answers = await Promise.all([1, 2, 3].map(() => get().feedback.append([one])));
    expect(answers.flat().filter((result) => result === "new")).toHaveLength(1);
  });
}

function finds(get: GetStores): void {
  test.each([
    ["environment", { environment: "staging" }, { environment: "staging" }],
    ["release", { release: "support-bot@8" }, { release: "support-bot@8" }],
    ["session", { session: "s-2" }, { session: "s-2" }],
    ["kind", { item: { kind: "metric", name: "sold", value: true } }, { kind: "metric" }],
    ["time", { at: T0 + 10 }, { since: T0 + 5 }],
  ] as const)("finds by its %s", async (_, changes, filter) => {
    const endpoint = uniqueName("bot");
    const [meant, other] = [feedbackOf({ endpoint, ...changes }), feedbackOf({ endpoint })];
    await get().feedback.append([meant, other]);
    const found = await get().feedback.list({ endpoint, ...filter, limit: 10 });
    expect(found.map(({ id }) => id)).toEqual([meant.id]);
  });

  test("finds by call and by rollout, page by page", async () => {
    const [callId, rolloutId] = [newId("call"), newId("rol")];
    const said = [1, 2, 3].map(() => feedbackOf({ callId, rolloutId }));
    await get().feedback.append([...said, feedbackOf()]);
    const newest = await get().feedback.list({ callId, rolloutId, limit: 2 });
    expect(newest.map(({ id }) => id)).toEqual([said[2]?.id, said[1]?.id]);
    const before = newest.at(-1)?.position ?? 0;
    const rest = await get().feedback.list({ callId, rolloutId, before, limit: 2 });
    expect(rest.map(({ id }) => id)).toEqual([said[0]?.id]);
  });
}

function forgets(get: GetStores): void {
  test("keeps feedback on what has no call, no release and no rollout", async () => {
    const bare = feedbackOf({
      callId: null,
      session: uniqueName("session"),
      endpoint: null,
      release: null,
      rolloutId: null,
      arm: null,
    });
    await get().feedback.append([bare]);
    const [{ position: _, ...kept } = { position: 0 }] = await get().feedback.list({
      session: bare.session ?? "",
      limit: 5,
    });
    expect(kept).toEqual(bare);
  });

  test("forgets what came in before a time", async () => {
    const endpoint = uniqueName("bot");
    const [old, young] = [feedbackOf({ endpoint, at: 1_000 }), feedbackOf({ endpoint, at: 2_000 })];
    await get().feedback.append([old, young]);
    await get().feedback.expire(2_000);
    expect((await get().feedback.list({ endpoint, limit: 5 })).map(({ id }) => id)).toEqual([young.id]);
  });
}
