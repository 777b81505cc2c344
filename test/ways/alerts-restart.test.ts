import { afterEach, describe, expect, test } from "vitest";
import { openMemoryStores } from "../../src/adapters/stores/memory/open-memory-stores.ts";
import type { Sight } from "../../src/domain/alerts/sighting.ts";
import type { SightedSignalName } from "../../src/domain/alerts/signal.ts";
import { openAlertWorld } from "../fixtures/alert-world.ts";
import type { AlertStores, AlertWorld } from "../fixtures/alert-world.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

const MINUTE = 60_000;
const OWN = ["queue-age", "provider-trouble", "paused", "telemetry-trouble"] as const;
const SHARED = ["rollout-held", "rollout-rolled-back"] as const;

const ROLLED_BACK: Sight = {
  signal: "rollout-rolled-back",
  subject: { endpoint: "bot", rollout: "rol_1" },
  value: 1,
  note: "harm was proven",
};
const HELD: Sight = { signal: "rollout-held", subject: { endpoint: "bot", rollout: "rol_1" }, value: 1 };
const PAUSED: Sight = { signal: "paused", subject: { what: "endpoint bot", endpoint: "bot" }, value: 1 };
const OPEN: Sight = { signal: "provider-trouble", subject: { provider: "sim", model: "m" }, value: 1 };

const closing: AlertWorld[] = [];

afterEach(async () => {
  for (const world of closing.splice(0)) await world.close();
});

/** One server after another on the same stores. */
class Servers {
  readonly clock = new HandClock();
  readonly stores: AlertStores = openMemoryStores();
  readonly logged: string[] = [];
  #world: AlertWorld | null = null;

  /** A new server that looks for what servers look for, or for a part of it, and sees this. */
  start(sights: readonly Sight[], looked: readonly SightedSignalName[] = [...OWN, ...SHARED]): AlertWorld {
    this.#keepLog();
    const world = openAlertWorld("", { stores: this.stores, clock: this.clock });
    world.sight = { ...world.sight, looked, sights };
    closing.push(world);
    this.#world = world;
    return world;
  }

  /** Every firing and end that the servers noted, in their order. */
  all(): readonly string[] {
    this.#keepLog();
    return this.logged;
  }

  #keepLog(): void {
    this.logged.push(...(this.#world?.logged.splice(0) ?? []));
  }
}

describe("one rollback", () => {
  test("fires once and is over after its window, however often servers start anew meanwhile", async () => {
    const servers = new Servers();
    let world = servers.start([ROLLED_BACK]);
    await world.live(MINUTE);
    for (const awayMs of [10_000, 90_000, 3 * MINUTE, 20 * MINUTE]) {
      servers.clock.advance(awayMs);
      world = servers.start([ROLLED_BACK]);
      await world.live(2 * MINUTE);
    }
    expect(servers.all()).toEqual(["rolled-back firing"]);
    world.sight = { ...world.sight, sights: [] };
    await world.live(MINUTE);
    expect(servers.all()).toEqual(["rolled-back firing", "rolled-back resolved"]);
  });

  test("does not fire again once it is over, and another one does", async () => {
    const servers = new Servers();
    const world = servers.start([ROLLED_BACK]);
    await world.live(MINUTE);
    world.sight = { ...world.sight, sights: [] };
    await world.live(MINUTE);
    world.sight = { ...world.sight, sights: [ROLLED_BACK] };
    await world.live(MINUTE);
    expect(servers.all()).toEqual(["rolled-back firing", "rolled-back resolved"]);
    world.sight = { ...world.sight, sights: [{ ...ROLLED_BACK, subject: { endpoint: "bot", rollout: "rol_2" } }] };
    await world.live(MINUTE);
    expect(servers.all()).toEqual(["rolled-back firing", "rolled-back resolved", "rolled-back firing"]);
  });

  test("goes on firing while a new leader has not looked yet", async () => {
    const servers = new Servers();
    await servers.start([ROLLED_BACK]).live(MINUTE);
    servers.clock.advance(MINUTE);
    const next = servers.start([], OWN);
    await next.live(2 * MINUTE);
    next.sight = { ...next.sight, looked: [...OWN, ...SHARED], sights: [ROLLED_BACK] };
    await next.live(MINUTE);
    expect(servers.all()).toEqual(["rolled-back firing"]);
  });
});

describe("what is or is not", () => {
  test("fires once over restarts as long as it is so, and its wait goes on", async () => {
    const servers = new Servers();
    const all = [HELD, PAUSED];
    await servers.start(all).live(10 * MINUTE);
    for (const awayMs of [MINUTE, 5 * MINUTE, 12 * MINUTE]) {
      servers.clock.advance(awayMs);
      await servers.start(all).live(3 * MINUTE);
    }
    // Held since the beginning, of which nobody looked for more than half.
    expect(servers.all()).toEqual(["calls-stopped firing", "rollout-held firing"]);
    await servers.start([]).live(MINUTE);
    expect(servers.all().slice(2).toSorted()).toEqual(["calls-stopped resolved", "rollout-held resolved"]);
  });

  test("of a model is not over because a new server has not asked it yet, and is when it stays well", async () => {
    const servers = new Servers();
    await servers.start([OPEN]).live(2 * MINUTE);
    servers.clock.advance(20_000);
    const fresh = servers.start([]);
    await fresh.live(MINUTE);
    // It has asked by now.
    fresh.sight = { ...fresh.sight, sights: [OPEN] };
    await fresh.live(3 * MINUTE);
    expect(servers.all()).toEqual(["provider-trouble firing"]);
    servers.clock.advance(20_000);
    await servers.start([]).live(5 * MINUTE);
    expect(servers.all()).toEqual(["provider-trouble firing", "provider-trouble resolved"]);
  });

  test("is over at once where the server that saw it sees it no more", async () => {
    const servers = new Servers();
    const world = servers.start([OPEN]);
    await world.live(2 * MINUTE);
    world.sight = { ...world.sight, sights: [] };
    await world.live(15_000);
    expect(servers.all()).toEqual(["provider-trouble firing", "provider-trouble resolved"]);
  });

  test("does not begin by what a server saw that is gone", async () => {
    const servers = new Servers();
    await servers.start([OPEN]).live(30_000);
    await servers.start([]).live(5 * MINUTE);
    expect(servers.all()).toEqual([]);
  });
});
