import { expect, test } from "vitest";
import { factsOf, newId } from "../../../test/contracts/store-samples.ts";
import { settled } from "../../../test/fixtures/delivery-world.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createMemoryKeyRing } from "../../adapters/keys/memory-key-ring.ts";
import type { Key } from "../../domain/access/key.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import { createMemoryCallStore } from "../../adapters/stores/memory/memory-call-store.ts";
import type { CallStore } from "../../ports/call-store.ts";
import { findSubjects } from "./feedback-subject.ts";
import type { FoundSubject, NamedSubject } from "./feedback-subject.ts";

const key = (overrides: Partial<Key>): Key => ({
  id: "key_app",
  name: "app",
  scopes: ["inference"],
  endpoints: null,
  secretHash: "",
  createdAt: 0,
  expiresAt: null,
  revokedAt: null,
  ...overrides,
});
const APP = key({});
const ADMIN = key({ id: "key_admin", scopes: ["admin", "inference"] });
const OF_STAGING = key({ id: "key_staging", scopes: ["admin"], environment: "staging" });

const SESSION = { id: "s-1", source: "header" } as unknown as NonNullable<CallFacts["session"]>;
const recorded = (overrides: Partial<CallFacts>): CallFacts =>
  factsOf({ id: newId("call"), keyId: APP.id, environment: "production", session: SESSION, ...overrides });

/** Calls in a store that counts how often it is asked, and a clock that the test moves. */
function world(...facts: readonly CallFacts[]) {
  const store = createMemoryCallStore(10_000);
  const add = (some: readonly CallFacts[]) =>
    store.append(some.map((one) => ({ facts: one, bodies: { request: null, upstream: null, answer: null } })));
  const clock = new HandClock();
  let reads = 0;
  const calls: CallStore = {
    ...store,
    append: (records) => store.append(records),
    bodies: (id) => store.bodies(id),
    expire: (now, days) => store.expire(now, days),
    facts: (id) => ((reads += 1), store.facts(id)),
    list: (filter) => ((reads += 1), store.list(filter)),
  };
  const environments = { own: "production", forKey: never, named: never, all: never };
  const gateway = { clock, environments, keys: createMemoryKeyRing() };
  const ready = add(facts);
  const look = async (as: Key, ...named: readonly NamedSubject[]): Promise<readonly FoundSubject[]> => {
    await ready;
    const found = findSubjects({ gateway, calls }, { key: as, named });
    for (let moment = 0; moment < 40; moment += 1) {
      await settled();
      clock.advance(250);
    }
    return found;
  };
  return { look, add, clock, reads: () => reads };
}

function never(): never {
  throw new Error("Nobody asks for another environment.");
}

const idOf = (found: FoundSubject | undefined): string | undefined =>
  found instanceof RollwardError ? found.code : found?.id;

test("a hundred made-up calls of this moment are looked for no more than twice each, and once for each pause", async () => {
  const { look, reads, clock } = world();
  const made = Array.from({ length: 100 }, () => ({ call: newId("call", clock.now()) }));
  const found = await look(APP, ...made);
  expect(found.map(idOf)).toEqual(made.map(() => "call_not_found"));
  expect(reads()).toBeLessThanOrEqual(220);
});

test("what comes in while it is waited for is found, whatever is missing before it", async () => {
  const there = world();
  const late = recorded({ id: newId("call", there.clock.now()) });
  there.clock.after(600, () => void there.add([late]));
  const found = await there.look(
    APP,
    { call: newId("call", there.clock.now()) },
    { call: late.id },
    { session: "s-1" },
  );
  expect(found.map(idOf)).toEqual(["call_not_found", late.id, late.id]);
});

test("the newest call of a session is a user's: no copy of it, and no replay", async () => {
  const asked = recorded({ id: newId("call", 1_000) });
  const copy = recorded({ id: newId("call", 2_000), arm: "shadow", keyId: "rol_1" });
  const replay = recorded({ id: newId("call", 3_000), backtest: {} as NonNullable<CallFacts["backtest"]> });
  const found = await world(asked, copy, replay).look(ADMIN, { session: "s-1" });
  expect(found.map(idOf)).toEqual([asked.id]);
});

test("sessions of the same name, of other environments and other keys, do not hide one's own", async () => {
  const own = recorded({ id: newId("call", 1_000) });
  const staging = Array.from({ length: 300 }, () => recorded({ environment: "staging", keyId: "key_staging" }));
  const others = Array.from({ length: 150 }, () => recorded({ keyId: "key_other" }));
  const { look } = world(own, ...staging, ...others);
  expect((await look(APP, { session: "s-1" })).map(idOf)).toEqual([own.id]);
  const [ofStaging] = await look(OF_STAGING, { session: "s-1" });
  expect(staging.map(({ id }) => id)).toContain(idOf(ofStaging));
});
