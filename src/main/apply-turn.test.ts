import { describe, expect, test } from "vitest";
import { createMemoryApplyTurns } from "../adapters/stores/memory/memory-apply-turns.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { inApplyTurn } from "./apply-turn.ts";

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Servers of one database, and who of them did what. */
function world() {
  const clock = new HandClock();
  const turns = createMemoryApplyTurns(clock);
  let secrets = 0;
  const terms = { turns, clock, ids: { secret: () => String((secrets += 1)) } };
  return { clock, turns, terms };
}

describe("applying in turn", () => {
  test("lets the second server begin when the first one is done", async () => {
    const { clock, terms } = world();
    const done: string[] = [];
    let finish: () => void = () => {};
    const first = inApplyTurn(terms, "Ada", async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      done.push("first");
    });
    await settled();
    const second = inApplyTurn(terms, "Grace", async () => void done.push("second"));
    await settled();
    expect(done).toEqual([]);
    finish();
    await first;
    clock.advance(200);
    await second;
    expect(done).toEqual(["first", "second"]);
  });

  test("gives up with the name of the other, before anything has happened", async () => {
    const { clock, turns, terms } = world();
    await turns.take("dead", { by: "Ada (commit 1f2e)", since: Date.parse("2026-11-21T10:00:00Z") }, 60_000);
    let began = false;
    const second = inApplyTurn(terms, "Grace", async () => void (began = true));
    const refused = second.catch((error: unknown) => error);
    const conflict = {
      code: "apply_conflict",
      message:
        "Another project is being applied by Ada (commit 1f2e) since 2026-11-21T10:00:00.000Z; nothing of this one was applied.",
    };
    for (let step = 0; step < 140; step += 1) {
      clock.advance(200);
      await settled();
    }
    expect(await refused).toMatchObject(conflict);
    expect(began).toBe(false);
  });

  test("goes on after a server that died, and stops a server that was taken for dead", async () => {
    const { clock, terms } = world();
    let wake: () => void = () => {};
    const slow = inApplyTurn(terms, "Ada", async (turn) => {
      await new Promise<void>((resolve) => (wake = resolve));
      await turn.renew(1, 3);
    });
    await settled();
    clock.advance(31_000);
    let release: () => void = () => {};
    const next = inApplyTurn(terms, "Grace", () => new Promise<void>((resolve) => (release = resolve)));
    await settled();
    wake();
    await expect(slow).rejects.toMatchObject({ code: "apply_interrupted", details: { done: 1, all: 3 } });
    release();
    await next;
  });

  test("gives the turn back when the work fails, and takes none where there is one server", async () => {
    const { terms, clock } = world();
    await expect(inApplyTurn(terms, "Ada", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(inApplyTurn(terms, "Grace", async () => "done")).resolves.toBe("done");
    const alone = { turns: null, clock, ids: terms.ids };
    await expect(inApplyTurn(alone, "Ada", async (turn) => turn.renew(0, 1))).resolves.toBeUndefined();
  });
});
