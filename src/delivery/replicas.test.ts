import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryReplicaBoard } from "../adapters/stores/memory/memory-replica-board.ts";
import { createRouteTable } from "../adapters/routes/route-table.ts";
import { releaseOf } from "../../test/contracts/store-samples.ts";
import type { ReplicaBoard } from "../ports/replica-board.ts";
import type { Route } from "../domain/traffic/route.ts";
import { Replicas } from "./replicas.ts";

const BOT = { endpoint: "bot", environment: "production" };

const routeAt = (epoch: number): Route => ({
  channel: BOT,
  epoch,
  stable: releaseOf("bot", "stable"),
  split: { rolloutId: "rol_1", seed: "s", candidate: releaseOf("bot", "candidate"), weight: 0.5, collecting: true },
  draining: null,
});

function openReplica(clock: HandClock, board: ReplicaBoard | null, replicaId: string) {
  const routes = createRouteTable();
  return { routes, replicas: new Replicas({ replicaId, board, routes, clock }) };
}

/** A board that can be cut off. */
function cuttable(board: ReplicaBoard) {
  const state = { isCut: false };
  const cut: ReplicaBoard = {
    beat: (heartbeat) => (state.isCut ? Promise.reject(new Error("The database is away.")) : board.beat(heartbeat)),
    leave: (replicaId) => board.leave(replicaId),
  };
  return { state, board: cut };
}

describe("what a replica knows of the others", () => {
  test("alone it leads, waits for nobody and is never isolated", () => {
    const clock = new HandClock();
    const { replicas, routes } = openReplica(clock, null, "rep_1");
    routes.publish(routeAt(1));
    clock.advance(3_600_000);
    replicas.noticeIsolation();
    expect(replicas).toMatchObject({ isLeader: true, isShared: false });
    expect(replicas.areServing(BOT, 99)).toBe(true);
    expect(routes.byChannel(BOT)?.split?.weight).toBe(0.5);
  });

  test("a lead that is not renewed goes to another replica after five seconds", async () => {
    const clock = new HandClock();
    const board = createMemoryReplicaBoard(clock);
    const one = openReplica(clock, board, "rep_1").replicas;
    const other = openReplica(clock, board, "rep_2").replicas;
    await one.meet();
    await other.meet();
    expect([one.isLeader, other.isLeader]).toEqual([true, false]);
    clock.advance(4_999);
    await other.meet();
    expect(other.isLeader).toBe(false);
    clock.advance(2);
    await other.meet();
    expect(other.isLeader).toBe(true);
    await one.meet();
    expect(one.isLeader).toBe(false);
  });

  test("an epoch is served when the last live replica serves it; one that is gone is not waited for", async () => {
    const clock = new HandClock();
    const board = createMemoryReplicaBoard(clock);
    const one = openReplica(clock, board, "rep_1");
    const other = openReplica(clock, board, "rep_2");
    one.routes.publish(routeAt(2));
    other.routes.publish(routeAt(1));
    await other.replicas.meet();
    await one.replicas.meet();
    expect(one.replicas.areServing(BOT, 1)).toBe(true);
    expect(one.replicas.areServing(BOT, 2)).toBe(false);
    other.routes.publish(routeAt(2));
    await other.replicas.meet();
    await one.replicas.meet();
    expect(one.replicas.areServing(BOT, 2)).toBe(true);
    one.routes.publish(routeAt(3));
    clock.advance(6_000);
    await one.replicas.meet();
    expect(one.replicas.areServing(BOT, 3)).toBe(true);
  });

  test("cut off for more than half a minute it sends nobody to a candidate, until it meets the others again", async () => {
    const clock = new HandClock();
    const { state, board } = cuttable(createMemoryReplicaBoard(clock));
    const { replicas, routes } = openReplica(clock, board, "rep_1");
    const other = openReplica(clock, board, "rep_2").replicas;
    await other.meet();
    await replicas.meet();
    routes.publish(routeAt(1));
    state.isCut = true;
    clock.advance(30_000);
    replicas.noticeIsolation();
    expect(routes.byChannel(BOT)?.split).toMatchObject({ weight: 0.5, collecting: true });
    clock.advance(1);
    replicas.noticeIsolation();
    expect(routes.byChannel(BOT)?.split).toMatchObject({ weight: 0, collecting: false });
    routes.publish(routeAt(2));
    expect(routes.byChannel(BOT)?.split?.weight).toBe(0);
    await expect(replicas.meet()).rejects.toThrow("away");
    replicas.caughtUp(clock.elapsed());
    expect(routes.byChannel(BOT)?.split?.weight).toBe(0);
    const began = clock.elapsed();
    clock.advance(1);
    state.isCut = false;
    await replicas.meet();
    expect(routes.byChannel(BOT)?.split?.weight).toBe(0);
    replicas.caughtUp(began);
    expect(routes.byChannel(BOT)?.split?.weight).toBe(0);
    replicas.caughtUp(clock.elapsed());
    expect(routes.byChannel(BOT)?.split).toMatchObject({ weight: 0.5, collecting: true });
  });

  test("what was withdrawn while it was cut off stays withdrawn when it meets the others again", async () => {
    const clock = new HandClock();
    const { state, board } = cuttable(createMemoryReplicaBoard(clock));
    const { replicas, routes } = openReplica(clock, board, "rep_1");
    await openReplica(clock, board, "rep_2").replicas.meet();
    await replicas.meet();
    routes.publish(routeAt(1));
    state.isCut = true;
    clock.advance(31_000);
    replicas.noticeIsolation();
    routes.trip("rol_1");
    state.isCut = false;
    clock.advance(1);
    await replicas.meet();
    replicas.caughtUp(clock.elapsed());
    expect(routes.byChannel(BOT)?.split?.weight).toBe(0);
  });
});
