import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallRecord } from "../../src/domain/call/call-record.ts";
import type { CallFilter } from "../../src/ports/call-store.ts";
import { callOf, newId, plainBodies, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const DAY_MS = 86_400_000;

/** What every store of recorded calls must do. */
export function callStoreContract(get: GetStores): void {
  describe("as a call store", () => {
    facts(get);
    texts(get);
    lists(get);
    bodies(get);
    batches(get);
    expiry(get);
    factExpiry(get);
  });
}

const idsOf = (calls: readonly CallRecord[]): string[] => calls.map(({ facts: { id } }) => id);

function facts(get: GetStores): void {
  test("gives facts back as they were, costs to the last pico-dollar", async () => {
    const plain = callOf();
    const direct = callOf({
      keyId: null,
      endpoint: null,
      session: null,
      epoch: null,
      releaseId: null,
      release: null,
      arm: null,
      tier: null,
      provider: null,
      model: null,
      outcome: "failed",
      errorCode: "provider_timeout",
      finishReason: null,
      stages: [],
      attempts: [],
      firstTokenMs: null,
      usage: null,
      costPico: 0n,
      priceVersion: null,
      overrides: [],
      retainBodiesDays: 0,
    });
    await get().calls.append([plain, direct]);
    for (const call of [plain, direct]) expect(await get().calls.facts(call.facts.id)).toEqual(call.facts);
  });

  test("knows nothing of calls that were never recorded", async () => {
    for (const id of [
      newId("call"),
      newId("call", T0 - 900 * DAY_MS),
      "call_",
      "",
      "nonsense",
      "\u0000",
      "call_'; --",
    ]) {
      expect(await get().calls.facts(id)).toBeNull();
      expect(await get().calls.bodies(id)).toBeNull();
    }
  });
}

function texts(get: GetStores): void {
  test("takes any text that a client or a provider sends", async () => {
    const text = fc.string({ unit: "binary", maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(text, text, async (session, requestedModel) => {
        const id = `\u0000${session}\ud800`;
        const call = callOf({ session: { id, source: "metadata" }, requestedModel, finishReason: requestedModel });
        await get().calls.append([call]);
        expect(await get().calls.facts(call.facts.id)).toEqual(call.facts);
        const found = await get().calls.list({ session: id, limit: 100 });
        expect(found.map((each) => each.id)).toContain(call.facts.id);
      }),
      { numRuns: 30 },
    );
  });

  test("finds a session with a very long name", async () => {
    const session = { id: uniqueName("s").repeat(1_000), source: "metadata" } as const;
    const call = callOf({ session });
    await get().calls.append([call, callOf({ session: { ...session, id: `${session.id}!` } })]);
    expect(await get().calls.list({ session: session.id, limit: 10 })).toEqual([call.facts]);
  });
}

function lists(get: GetStores): void {
  test("lists the newest first and pages by the last id seen", async () => {
    const endpoint = uniqueName("bot");
    const calls = Array.from({ length: 25 }, (_, index) => callOf({ endpoint, at: T0 + index * 3_600_000 }));
    for (const each of [calls.slice(10), calls.slice(0, 10)]) await get().calls.append(each);
    const newestFirst = idsOf(calls).toReversed();
    const seen: string[] = [];
    for (let before: string | undefined; ;) {
      const page = await get().calls.list({ endpoint, limit: 10, ...(before === undefined ? {} : { before }) });
      if (page.length === 0) break;
      seen.push(...page.map(({ id }) => id));
      before = page.at(-1)?.id;
    }
    expect(seen).toEqual(newestFirst);
  });

  test("filters by each field, and by several at once", async () => {
    const endpoint = uniqueName("bot");
    const rolloutId = newId("rol");
    const session = { id: uniqueName("s"), source: "header" } as const;
    const plain = callOf({ endpoint, release: `${endpoint}@1` });
    const other = callOf({ endpoint, release: `${endpoint}@2`, arm: "candidate", rolloutId, at: T0 + 10 });
    const failed = callOf({ endpoint, release: `${endpoint}@2`, outcome: "failed", session, rolloutId, at: T0 + 20 });
    const abandoned = callOf({ endpoint, environment: "staging", release: null, outcome: "abandoned", at: T0 + 30 });
    await get().calls.append([plain, other, failed, abandoned]);
    const cases: readonly (readonly [Omit<CallFilter, "limit">, readonly CallRecord[]])[] = [
      [{ endpoint }, [abandoned, failed, other, plain]],
      [{ release: `${endpoint}@2` }, [failed, other]],
      [{ endpoint, arm: "candidate" }, [other]],
      [{ endpoint, environment: "staging" }, [abandoned]],
      [{ endpoint, environment: "production", arm: "stable" }, [failed, plain]],
      [{ rolloutId }, [failed, other]],
      [{ session: session.id }, [failed]],
      [{ endpoint, outcome: "ok" }, [other, plain]],
      [{ endpoint, outcome: "abandoned" }, [abandoned]],
      [{ endpoint, since: T0 + 20 }, [abandoned, failed]],
      [{ endpoint, since: T0 + 20, before: abandoned.facts.id }, [failed]],
      [{ rolloutId, outcome: "failed", arm: "stable" }, [failed]],
      [{ endpoint: uniqueName("bot") }, []],
    ];
    for (const [filter, expected] of cases) {
      const found = await get().calls.list({ ...filter, limit: 10 });
      expect(
        found.map(({ id }) => id),
        JSON.stringify(filter),
      ).toEqual(idsOf(expected));
    }
  });
}

function bodies(get: GetStores): void {
  test("gives bytes back exactly, every value of a byte among them", async () => {
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
    const call = callOf({}, { request: everyByte, upstream: everyByte.toReversed(), answer: Buffer.alloc(0) });
    await get().calls.append([call]);
    expect(plainBodies(await get().calls.bodies(call.facts.id))).toEqual(plainBodies(call.bodies));
  });

  test("gives back what was put in, whatever a batch is made of", async () => {
    const body = fc.oneof(
      fc.constant(null),
      fc.constantFrom(Buffer.alloc(0), Buffer.from("the same"), Buffer.from("data: ü 🔑\n\n")),
      fc.uint8Array({ maxLength: 300 }),
    );
    const batch = fc.array(fc.record({ request: body, upstream: body, answer: body, days: fc.nat({ max: 3 }) }), {
      minLength: 1,
      maxLength: 20,
    });
    await fc.assert(
      fc.asyncProperty(batch, async (drawn) => {
        const calls = drawn.map(({ days, ...rest }) => callOf({ retainBodiesDays: days }, rest));
        await get().calls.append(calls);
        for (const call of calls) {
          const kept = call.facts.retainBodiesDays > 0 ? call.bodies : callOf().bodies;
          expect(plainBodies(await get().calls.bodies(call.facts.id))).toEqual(plainBodies(kept));
        }
      }),
      { numRuns: 20 },
    );
  });

  test("keeps bodies of several megabytes beside small ones", async () => {
    const calls = [3_000_000, 10, 1_200_000, 900_000].map((size) =>
      callOf({}, { request: randomBytes(size), answer: randomBytes(size / 10) }),
    );
    await get().calls.append(calls);
    for (const call of calls) {
      expect(plainBodies(await get().calls.bodies(call.facts.id))).toEqual(plainBodies(call.bodies));
    }
  });

  test("has facts without bytes for a call that was recorded without", async () => {
    const call = callOf({ retainBodiesDays: 0 });
    await get().calls.append([call]);
    expect(await get().calls.bodies(call.facts.id)).toEqual({ request: null, upstream: null, answer: null });
  });
}

function batches(get: GetStores): void {
  test("leaves a call that is there already as it is", async () => {
    const endpoint = uniqueName("bot");
    const call = callOf({ endpoint }, { request: Buffer.from("first") });
    const changed = {
      facts: { ...call.facts, status: 500 },
      bodies: { ...call.bodies, request: Buffer.from("second") },
    };
    await get().calls.append([call]);
    await get().calls.append([changed, callOf({ endpoint, at: T0 + 1 })]);
    await Promise.all([get().calls.append([call, call]), get().calls.append([changed])]);
    expect(await get().calls.facts(call.facts.id)).toEqual(call.facts);
    expect(plainBodies(await get().calls.bodies(call.facts.id))).toEqual(plainBodies(call.bodies));
    expect(await get().calls.list({ endpoint, limit: 10 })).toHaveLength(2);
  });

  test("takes batches that are appended at the same time, on days that nobody has seen", async () => {
    const endpoint = uniqueName("bot");
    const calls = Array.from({ length: 200 }, (_, index) =>
      callOf({ endpoint, at: T0 + (100 + (index % 5)) * DAY_MS }, { request: Buffer.from(`call ${index}`) }),
    );
    const parts = Array.from({ length: 10 }, (_, index) => calls.slice(index * 20, index * 20 + 20));
    await get().calls.append([]);
    await Promise.all(parts.map((part) => get().calls.append(part)));
    const found = await get().calls.list({ endpoint, limit: 1_000 });
    expect(found.map(({ id }) => id)).toEqual(idsOf(calls).toSorted().toReversed());
  });
}

function expiry(get: GetStores): void {
  test("keeps bytes for their days, then deletes them and keeps the facts", async () => {
    // Long ago, so that no other test's calls expire with these.
    const at = T0 - 2_000 * DAY_MS;
    const answer = Buffer.from("bytes that expire");
    const two = callOf({ at, retainBodiesDays: 2 }, { answer });
    const nine = callOf({ at, retainBodiesDays: 9 }, { answer });
    await get().calls.append([two, nine]);
    const facts = 3_000;
    expect(await get().calls.expire(at + 2 * DAY_MS - 1, facts)).toBe(0);
    expect((await get().calls.bodies(two.facts.id))?.answer).not.toBeNull();

    expect(await get().calls.expire(at + 3 * DAY_MS, facts)).toBeGreaterThan(0);
    expect(await get().calls.bodies(two.facts.id)).toEqual({ request: null, upstream: null, answer: null });
    expect(plainBodies(await get().calls.bodies(nine.facts.id))).toEqual(plainBodies(nine.bodies));
    expect(await get().calls.facts(two.facts.id)).toEqual(two.facts);
    expect(await get().calls.expire(at + 3 * DAY_MS, facts)).toBe(0);

    const late = callOf({ at, retainBodiesDays: 2 }, { answer });
    await get().calls.append([late]);
    expect(await get().calls.facts(late.facts.id)).toEqual(late.facts);
    expect(await get().calls.expire(at + 10 * DAY_MS, facts)).toBeGreaterThan(0);
  });
}

function factExpiry(get: GetStores): void {
  test("keeps facts for their days, then deletes whole calls, whatever bytes they still have", async () => {
    // Long before the calls of any other test.
    const at = Math.floor((T0 - 4_000 * DAY_MS) / DAY_MS) * DAY_MS;
    const endpoint = uniqueName("bot");
    const answer = Buffer.from("bytes of a call that is deleted");
    const calls = [0, 0.5, 3].map((day) =>
      callOf({ endpoint, at: at + day * DAY_MS, retainBodiesDays: 400 }, { answer }),
    );
    const [first, second, third] = calls as [CallRecord, CallRecord, CallRecord];
    await get().calls.append(calls);
    expect(await get().calls.expire(at + 11 * DAY_MS - 1, 10)).toBe(0);
    expect(await get().calls.list({ endpoint, limit: 10 })).toHaveLength(3);

    expect(await get().calls.expire(at + 11 * DAY_MS, 10)).toBeGreaterThan(0);
    for (const { facts } of [first, second]) {
      expect(await get().calls.facts(facts.id)).toBeNull();
      expect(await get().calls.bodies(facts.id)).toBeNull();
    }
    expect(await get().calls.list({ endpoint, limit: 10 })).toEqual([third.facts]);
    expect(plainBodies(await get().calls.bodies(third.facts.id))).toEqual(plainBodies(third.bodies));
    expect(await get().calls.expire(at + 11 * DAY_MS, 10)).toBe(0);

    // A call of a day that is gone, from a replica that was cut off, is taken and goes with the next look.
    await get().calls.append([first]);
    expect(await get().calls.facts(first.facts.id)).toEqual(first.facts);
    expect(await get().calls.expire(at + 11 * DAY_MS, 10)).toBeGreaterThan(0);
    expect(await get().calls.facts(first.facts.id)).toBeNull();
  });

  test("deletes days that have piled up, one after another", async () => {
    const at = T0 - 3_500 * DAY_MS;
    const endpoint = uniqueName("bot");
    const calls = Array.from({ length: 12 }, (_, day) =>
      callOf({ endpoint, at: at + day * DAY_MS, retainBodiesDays: 0 }),
    );
    await get().calls.append(calls);
    expect(await get().calls.expire(at + 30 * DAY_MS, 1)).toBeGreaterThanOrEqual(calls.length);
    expect(await get().calls.list({ endpoint, limit: 100 })).toEqual([]);
  });
}
