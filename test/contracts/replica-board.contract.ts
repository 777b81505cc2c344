import { describe, expect, test } from "vitest";
import type { ReplicaBoard } from "../../src/ports/replica-board.ts";
import { newId } from "./store-samples.ts";

/** What every board of replicas must do. Leads that run out are tested where time can be moved. */
export function replicaBoardContract(get: () => ReplicaBoard): void {
  describe("as a board of replicas", () => {
    test("gives the lead to the first, shows everybody to everybody, and the lead to the next when it leaves", async () => {
      const board = get();
      const [one, other] = [newId("rep"), newId("rep")];
      const first = await board.beat({ replicaId: one, epochs: { bot: 1 } });
      expect(first).toMatchObject({ leader: one, live: [{ replicaId: one, epochs: { bot: 1 } }] });
      const second = await board.beat({ replicaId: other, epochs: {} });
      expect(second.leader).toBe(one);
      expect(new Set(second.live.map(({ replicaId }) => replicaId))).toEqual(new Set([one, other]));
      const again = await board.beat({ replicaId: one, epochs: { bot: 2, "a.b": 7 } });
      expect(again.live.find(({ replicaId }) => replicaId === other)?.epochs).toEqual({});
      await board.leave(one);
      const left = await board.beat({ replicaId: other, epochs: { bot: 2 } });
      expect(left).toMatchObject({ leader: other, live: [{ replicaId: other, epochs: { bot: 2 } }] });
      await board.leave(other);
    });

    test("lets one of many lead when all come at once", async () => {
      const board = get();
      const ids = Array.from({ length: 8 }, () => newId("rep"));
      const standings = await Promise.all(ids.map((replicaId) => board.beat({ replicaId, epochs: {} })));
      const after = await Promise.all(ids.map((replicaId) => board.beat({ replicaId, epochs: {} })));
      expect(new Set(after.map(({ leader }) => leader)).size).toBe(1);
      expect(standings.filter(({ leader }, index) => leader === ids[index]).length).toBeGreaterThanOrEqual(1);
      for (const id of ids) await board.leave(id);
    });

    test("lets anybody leave who never came", async () => {
      await expect(get().leave(newId("rep"))).resolves.toBeUndefined();
    });
  });
}
