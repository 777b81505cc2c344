import { expect, test } from "vitest";
import { DeliveryWorld, settled } from "../../test/fixtures/delivery-world.ts";
import { createJournalWriter } from "../adapters/recorders/journal-writer.ts";
import { createMemoryReplicaBoard } from "../adapters/stores/memory/memory-replica-board.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import { Conductor } from "./conductor.ts";
import { Observatory } from "./observatory.ts";
import { Replicas } from "./replicas.ts";

/** A replica that stops beside another one, which has drawn `contested` a little later and has not said yet who counts it. */
async function stopping(readAfter?: EvidenceJournal["readAfter"]) {
  const world = new DeliveryWorld();
  const { clock, delivery: own } = world;
  const id = await world.rollOut("bot");
  const rollout = (await world.stores.rollouts.byId(id)) ?? expect.unreachable("The rollout was opened.");
  const board = createMemoryReplicaBoard(clock);
  const replicas = new Replicas({ replicaId: "rep_own", board, routes: own.routes, clock });
  const { journal } = world.stores;
  const log = createJournalWriter({ journal, replicaId: "rep_own", clock });
  const { routes } = own;
  const hasOthers = (): boolean => replicas.live.length > 1;
  const observatory = new Observatory({ clock, log, routes, replicaId: "rep_own", isShared: true, hasOthers });
  observatory.watch(rollout);
  await board.beat({ replicaId: "rep_other", epochs: {} });
  await replicas.meet();
  const drawOf = (session: string) => ({ rolloutId: id, session, arm: "stable", epoch: 2, weight: 0.5 }) as const;
  const entries = [{ type: "assigned", order: 1, at: clock.now() + 5, assignment: drawOf("contested") }] as const;
  await journal.append([{ rolloutId: id, replicaId: "rep_other", batch: 1, entries }]);
  for (const session of ["before it", "contested", "behind it"]) {
    observatory.assigned(drawOf(session));
    const turn = { failure: null, latencyMs: 5, firstTokenMs: null, costPico: 1n };
    observatory.turnEnded({ ...turn, rolloutId: id, session });
  }
  const readable = readAfter === undefined ? journal : { ...journal, readAfter };
  const stopped = new Conductor({ ...own, replicas, observatory, log, journal: readable }).stop();
  const ends = async (): Promise<readonly string[]> => {
    await log.flush();
    const told: string[] = [];
    for await (const batch of journal.readAfter(id, new Map([["rep_other", 1]]))) {
      for (const entry of batch.entries)
        if ("order" in entry && entry.type !== "assigned") told.push(`${entry.type} ${entry.order}`);
    }
    return told;
  };
  return { clock, stopped, ends };
}

test("a replica that stops leaves out what is contested to the end, and counts the rest", async () => {
  const { stopped, ends } = await stopping();
  await stopped;
  expect(await ends()).toEqual(["final 1", "left_out 2", "final 3"]);
});

test("and counts what it has heard nothing of for ten seconds, where it can read no journal in time", async () => {
  const hanging = (): ReturnType<EvidenceJournal["readAfter"]> => ({
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
  });
  const { clock, stopped, ends } = await stopping(hanging);
  await settled();
  clock.advance(10_000);
  await stopped;
  expect(await ends()).toEqual(["final 1", "final 2", "final 3"]);
});
