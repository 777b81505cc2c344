import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryCallIndex } from "../../src/adapters/stores/memory/memory-call-index.ts";
import type { CallFacts, CallRecord } from "../../src/domain/call/call-record.ts";
import { FACETS } from "../../src/domain/call/call-search.ts";
import type { CallSearch, Facet } from "../../src/domain/call/call-search.ts";
import { ANY_TOOL, REPAIRED, searchWords, tagMark, toolMark } from "../../src/domain/call/search-words.ts";
import type { CallIndex, CallPage } from "../../src/ports/call-index.ts";
import { callOf, newId, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What every index of recorded calls must do. */
export function callIndexContract(get: GetStores): void {
  describe("as an index of calls", () => {
    likeMemory(get);
    byText(get);
    asListed(get);
    asSaid(get);
    bySession(get);
    expiry(get);
  });
}

/** A conversation about something, in the dialect of chats. */
const bodiesOf = (asked: string, answered: string) => ({
  request: Buffer.from(JSON.stringify({ messages: [{ role: "user", content: asked }], metadata: { team: "blue" } })),
  answer: Buffer.from(JSON.stringify({ choices: [{ message: { role: "assistant", content: answered } }] })),
});

const SUBJECTS = ["refund", "delivery", "invoice", "zanzibar"] as const;

const drawnCall = fc.record({
  afterMs: fc.nat({ max: 20 * MINUTE_MS }),
  day: fc.nat({ max: 1 }),
  release: fc.constantFrom("bot@1", "bot@2", null),
  arm: fc.constantFrom("stable", "candidate", null),
  outcome: fc.constantFrom("ok", "ok", "ok", "failed", "abandoned"),
  status: fc.constantFrom(200, 200, 429, 503),
  model: fc.constantFrom("small", "large", null),
  session: fc.constantFrom("a", "b", null),
  user: fc.constantFrom("ada", "bob", undefined),
  trace: fc.constantFrom("4bf92f3577b34da6a3ce929d0e0e4736", undefined),
  totalMs: fc.constantFrom(5, 80.5, 900, 12_000),
  costPico: fc.constantFrom(0n, 4_000_000n, 7_000_000_000n),
  subject: fc.constantFrom(...SUBJECTS, null),
});

const range = fc.record(
  { from: fc.constantFrom(0, 80, 900), to: fc.constantFrom(80, 900, 20_000) },
  { requiredKeys: [] },
);

const drawnSearch = fc.record(
  {
    release: fc.subarray(["bot@1", "bot@2", "(none)"], { minLength: 1 }),
    arm: fc.subarray(["stable", "candidate"], { minLength: 1 }),
    outcome: fc.subarray(["ok", "failed"], { minLength: 1 }),
    status: fc.subarray(["200", "503"], { minLength: 1 }),
    model: fc.constant(["large"]),
    session: fc.constantFrom("a", "b"),
    user: fc.constantFrom("ada", "eve"),
    trace: fc.constantFrom("4bf92f3577b34da6a3ce929d0e0e4736", "0af7651916cd43dd8448eb211c80319c"),
    since: fc.nat({ max: 20 * MINUTE_MS }),
    until: fc.nat({ max: DAY_MS + 20 * MINUTE_MS }),
    latency: range,
    cost: fc.constantFrom({ from: 1 }, { to: 4 }, { from: 4, to: 4 }),
    text: fc.constantFrom("refund", "Zanzibar please", "please -refund", "nothing"),
  },
  { requiredKeys: [] },
);

type DrawnCall = typeof drawnCall extends fc.Arbitrary<infer T> ? T : never;
type DrawnSearch = typeof drawnSearch extends fc.Arbitrary<infer T> ? T : never;

/** Calls of one test are told apart from all others by their endpoint. */
function callFor(endpoint: string, drawn: DrawnCall): CallRecord {
  const at = T0 + drawn.day * DAY_MS + drawn.afterMs;
  const { session, user, trace, subject } = drawn;
  const facts: Partial<CallFacts> = {
    id: newId("call", at),
    at,
    endpoint,
    release: drawn.release,
    arm: drawn.arm,
    outcome: drawn.outcome,
    status: drawn.status,
    model: drawn.model,
    totalMs: drawn.totalMs,
    costPico: drawn.costPico,
    session: session === null ? null : { id: `${endpoint} ${session}`, source: "header" },
    ...(user !== undefined && { user }),
    ...(trace !== undefined && { traceId: trace }),
  };
  return callOf(facts, subject === null ? {} : bodiesOf(`A ${subject}, please`, `Your ${subject} is there.`));
}

function searchFor(endpoint: string, drawn: DrawnSearch): CallSearch {
  const { session, user, trace, since, until, latency, cost, text, ...facets } = drawn;
  const ranges = { ...(latency !== undefined && { latency }), ...(cost !== undefined && { cost }) };
  return {
    facets: { endpoint: [endpoint], ...facets },
    ranges,
    ...(session !== undefined && { session: `${endpoint} ${session}` }),
    ...(user !== undefined && { user }),
    ...(trace !== undefined && { trace }),
    ...(since !== undefined && { since: T0 + since }),
    ...(until !== undefined && { until: T0 + until }),
    ...(text !== undefined && searchWords(text)),
  };
}

/** All pages of a search, one after another. */
async function allPages(index: CallIndex, search: CallSearch, page: CallPage): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let after: string | undefined; ;) {
    const { calls } = await index.find(search, { ...page, ...(after !== undefined && { after }) });
    ids.push(...calls.map(({ facts }) => facts.id));
    if (calls.length < page.limit) return ids;
    after = ids.at(-1);
  }
}

const takeAll = async (index: CallIndex): Promise<void> => {
  while ((await index.step()) > 0);
};

function likeMemory(get: GetStores): void {
  test("finds and counts what looking at every call would, before and after calls are taken in", async () => {
    const batches = fc.array(fc.record({ calls: fc.array(drawnCall, { maxLength: 40 }), isTakenIn: fc.boolean() }), {
      minLength: 1,
      maxLength: 6,
    });
    const searches = fc.array(
      fc.record({
        search: drawnSearch,
        order: fc.constantFrom("newest", "oldest"),
        limit: fc.integer({ min: 1, max: 50 }),
      }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(batches, searches, async (drawn, asked) => {
        const { calls, callIndex } = get();
        const endpoint = uniqueName("bot");
        const known: CallRecord[] = [];
        for (const batch of drawn) {
          const written = batch.calls.map((one) => callFor(endpoint, one));
          known.push(...written);
          await calls.append(written);
          if (batch.isTakenIn) await takeAll(callIndex);
        }
        const model = createMemoryCallIndex(() => known);
        for (const { search, order, limit } of asked) {
          // Words are found as soon as their calls are taken in, and not before.
          if (search.text !== undefined) await takeAll(callIndex);
          const wanted = searchFor(endpoint, search);
          const page: CallPage = { order, limit };
          expect(await allPages(callIndex, wanted, page), JSON.stringify(wanted)).toEqual(
            await allPages(model, wanted, page),
          );
          await expectSameCounts(callIndex, model, wanted);
        }
      }),
      { numRuns: 8 },
    );
  }, 120_000);
}

const COUNTED: readonly Facet[] = FACETS.filter((facet) => facet !== "endpoint");

async function expectSameCounts(index: CallIndex, model: CallIndex, search: CallSearch): Promise<void> {
  const terms = { facets: COUNTED, spans: 20, now: T0 + 3 * DAY_MS };
  const [counted, expected] = [await index.tally(search, terms), await model.tally(search, terms)];
  expect([counted.calls, counted.failed]).toEqual([expected.calls, expected.failed]);
  for (const facet of COUNTED) {
    expect(new Map(counted.facets[facet]), facet).toEqual(new Map(expected.facets[facet]));
  }
}

function byText(get: GetStores): void {
  test("finds a call by words of what was asked and answered, in order of time, and shows its beginning", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const first = callOf({ endpoint }, bodiesOf("Wann kommt mein Päckchen?", "Tomorrow, via Örebro."));
    const second = callOf({ endpoint, at: T0 + 5 }, bodiesOf("日本語の質問です", "はい、そうです。"));
    const unkept = callOf({ endpoint, at: T0 + 9, retainBodiesDays: 0 }, bodiesOf("Wann?", "Tomorrow."));
    await calls.append([first, second, unkept]);
    await takeAll(callIndex);
    const found = async (typed: string): Promise<readonly string[]> => {
      const search = { facets: { endpoint: [endpoint] }, ...searchWords(typed) };
      return (await callIndex.find(search, { order: "newest", limit: 10 })).calls.map(({ facts }) => facts.id);
    };
    expect(await found("PACKCHEN tomorrow")).toEqual([first.facts.id]);
    expect(await found("orebro")).toEqual([first.facts.id]);
    expect(await found("質問")).toEqual([second.facts.id]);
    expect(await found("tomorrow -wann")).toEqual([]);
    const page = await callIndex.find({ facets: { endpoint: [endpoint] } }, { order: "oldest", limit: 1 });
    expect(page.calls[0]?.gist).toEqual({ asked: "Wann kommt mein Päckchen?", answered: "Tomorrow, via Örebro." });
  });

  test("finds a call by a tool that its answer calls, and by a tag of its request", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const streamed = [
      { choices: [{ delta: { content: "One mo" } }] },
      { choices: [{ delta: { content: "ment.", tool_calls: [{ index: 0, function: { name: "find_order" } }] } }] },
    ];
    const answer = Buffer.from(
      `${streamed.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`,
    );
    const call = callOf({ endpoint }, { ...bodiesOf("Where is it?", ""), answer });
    await calls.append([call, callOf({ endpoint, at: T0 + 1 }, bodiesOf("And that?", "There."))]);
    await takeAll(callIndex);
    for (const word of [toolMark("find_order"), ANY_TOOL, ...searchWords("moment").words]) {
      const search = { facets: { endpoint: [endpoint] }, words: [word] };
      const { calls: found } = await callIndex.find(search, { order: "newest", limit: 10 });
      expect(found.map(({ facts }) => facts.id)).toEqual([call.facts.id]);
    }
    const tagged = { facets: { endpoint: [endpoint] }, words: [tagMark("team", "blue")] };
    expect((await callIndex.find(tagged, { order: "newest", limit: 10 })).calls).toHaveLength(2);
  });

  test("keeps no secret and no address of a person in what is searched", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    await calls.append([
      callOf({ endpoint }, bodiesOf("I am ada.lovelace@example.com, key sk-abcdefghijklmnopqrstuv", "Hi")),
    ]);
    const page = { order: "newest", limit: 10 } as const;
    for (const typed of ["lovelace", "abcdefghijklmnopqrstuv"]) {
      const { calls: found } = await callIndex.find({ facets: { endpoint: [endpoint] }, ...searchWords(typed) }, page);
      expect(found).toEqual([]);
    }
    const { calls: all } = await callIndex.find({ facets: { endpoint: [endpoint] }, ...searchWords("i am") }, page);
    expect(all[0]?.gist?.asked).toBe("I am [email], key [secret]");
  });
}

function asListed(get: GetStores): void {
  test("says of a call that it waits, and shows what was said where that is wanted, without waiting for the index", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    // Of much that waits nothing is taken in before a list.
    await takeAll(callIndex);
    await calls.append([callOf({ endpoint }, bodiesOf("Where is it?", "In Örebro."))]);
    const page = { order: "newest", limit: 5 } as const;
    const search = { facets: { endpoint: [endpoint] } };
    const before = (await callIndex.find(search, page)).calls[0];
    expect(before?.waits).toBe(before?.gist === null);
    const now = (await callIndex.find(search, { ...page, wantsText: true })).calls[0];
    expect(now).toMatchObject({ waits: false, gist: { asked: "Where is it?", answered: "In Örebro." } });
  });

  test("masks what was said before the index has it exactly as afterwards, and shows none where no bytes are kept", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const secret = bodiesOf(`I am ada.lovelace@example.com.${" Ö".repeat(90)} My key: sk-abcdefghijklmnopqrstuv`, "Hi");
    await calls.append([
      callOf({ endpoint }, secret),
      callOf({ endpoint, at: T0 + 5, retainBodiesDays: 0 }, bodiesOf("Not to be kept", "Fine")),
    ]);
    const listed = async () => {
      const page = { order: "newest", limit: 5, wantsText: true } as const;
      return (await callIndex.find({ facets: { endpoint: [endpoint] } }, page)).calls;
    };
    const fresh = await listed();
    expect(fresh[0]?.gist).toBeNull();
    expect(fresh[1]?.gist?.asked).toMatch(/^I am \[email\]\. Ö Ö/);
    await takeAll(callIndex);
    expect((await listed()).map(({ gist }) => gist)).toEqual(fresh.map(({ gist }) => gist));
  });

  test("what is long may wait for the index, and is there afterwards", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    await calls.append([callOf({ endpoint }, bodiesOf(`Long ${"word ".repeat(40_000)}`, "Yes."))]);
    const listed = async () => {
      const page = { order: "newest", limit: 5, wantsText: true } as const;
      return (await callIndex.find({ facets: { endpoint: [endpoint] } }, page)).calls[0];
    };
    const fresh = await listed();
    expect(fresh?.waits).toBe(fresh?.gist === null);
    await takeAll(callIndex);
    expect((await listed())?.gist).toMatchObject({ asked: expect.stringMatching(/^Long word word/), answered: "Yes." });
  });
}

function asSaid(get: GetStores): void {
  test("tells who follows what was said in a new call at once, masked", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const tail = callIndex.tail();
    await tail.next();
    // Those of today and yesterday are followed.
    const at = Date.now();
    await calls.append([
      callOf({ endpoint, at, id: newId("call", at) }, bodiesOf("Is it for ada@example.com?", "It is.")),
    ]);
    const { calls: told } = await tail.next();
    const own = told.find(({ facts }) => facts.endpoint === endpoint);
    expect(own).toMatchObject({ waits: false, gist: { asked: "Is it for [email]?", answered: "It is." } });
  });

  test("shows the newest message of a conversation, and finds it by those before", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const said = ["What does it cost?", "A lot.", "And how long does it take?"];
    const messages = said.map((content, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content }));
    const request = Buffer.from(JSON.stringify({ messages }));
    const answer = Buffer.from(JSON.stringify({ error: { message: "The provider is closed." } }));
    await calls.append([callOf({ endpoint }, { request, answer })]);
    await takeAll(callIndex);
    for (const typed of ["cost", "long", "closed"]) {
      const search = { facets: { endpoint: [endpoint] }, ...searchWords(typed) };
      const { calls: found } = await callIndex.find(search, { order: "newest", limit: 5 });
      expect(found.map(({ gist }) => gist)).toEqual([{ asked: "And how long does it take?", answered: "" }]);
    }
  });

  test("finds calls that another attempt rescued, and leaves them out", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const plain = callOf({ endpoint }, bodiesOf("And that?", "There."));
    const [attempt] = plain.facts.attempts;
    if (attempt === undefined) throw new Error("A call has an attempt.");
    const error = { code: "provider_error", message: "It broke." } as const;
    const attempts = [{ ...attempt, error }, attempt];
    const rescued = callOf({ endpoint, attempts }, bodiesOf("Where is it?", "Here."));
    await calls.append([plain, rescued]);
    await takeAll(callIndex);
    const found = async (words: object): Promise<readonly string[]> => {
      const search = { facets: { endpoint: [endpoint] }, ...words };
      return (await callIndex.find(search, { order: "newest", limit: 10 })).calls.map(({ facts }) => facts.id);
    };
    expect(await found({ words: [REPAIRED] })).toEqual([rescued.facts.id]);
    expect(await found({ without: [REPAIRED] })).toEqual([plain.facts.id]);
  });
}

function bySession(get: GetStores): void {
  test("lists sessions by their newest call with the sums of all their calls, in pages", async () => {
    const { calls, callIndex } = get();
    const endpoint = uniqueName("bot");
    const inSession = (name: string, more: Partial<CallFacts>): CallRecord =>
      callOf({ endpoint, session: { id: `${endpoint} ${name}`, source: "header" }, ...more });
    await calls.append([
      inSession("a", { at: T0, costPico: 3_000_000n }),
      inSession("b", { at: T0 + 10 }),
      inSession("a", { at: T0 + 20, outcome: "failed", costPico: 5_000_000n }),
      inSession("c", { at: T0 + 30 }),
      callOf({ endpoint, at: T0 + 40, session: null }),
    ]);
    const search = { facets: { endpoint: [endpoint] } };
    const first = await callIndex.sessions(search, { limit: 2 });
    expect(first.sessions.map(({ session, calls: count }) => [session, count])).toEqual([
      [`${endpoint} c`, 1],
      [`${endpoint} a`, 2],
    ]);
    expect(first.sessions[1]).toMatchObject({ failed: 1, firstAt: T0, lastAt: T0 + 20, costMicro: 8 });
    const { next } = first;
    const second = await callIndex.sessions(search, { limit: 2, ...(next !== null && { after: next }) });
    expect(second.sessions.map(({ session }) => session)).toEqual([`${endpoint} b`]);
    expect(second.next).toBeNull();
  });
}

function expiry(get: GetStores): void {
  test("forgets the words of a call with its bytes, and the call with its facts", async () => {
    const { calls, callIndex } = get();
    // Long before the calls of any other test.
    const at = Math.floor((T0 - 6_000 * DAY_MS) / DAY_MS) * DAY_MS;
    const endpoint = uniqueName("bot");
    await calls.append([callOf({ endpoint, at, retainBodiesDays: 2 }, bodiesOf("A question of old", "Old"))]);
    const count = async (typed: string): Promise<number> => {
      const search = { facets: { endpoint: [endpoint] }, ...searchWords(typed) };
      return (await callIndex.find(search, { order: "newest", limit: 5 })).calls.length;
    };
    expect([await count("question"), await count("")]).toEqual([1, 1]);
    await calls.expire(at + 3 * DAY_MS, 9_000);
    expect([await count("question"), await count("")]).toEqual([0, 1]);
    await calls.expire(at + 11 * DAY_MS, 10);
    expect([await count("question"), await count("")]).toEqual([0, 0]);
  });
}
