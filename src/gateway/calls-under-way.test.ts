import { describe, expect, it } from "vitest";
import { CallsUnderWay } from "./calls-under-way.ts";
import type { OpenCall } from "./open-call.ts";

/** A call as far as it is looked at here; `told` are the codes that what is done for it was abandoned with. */
function open(differs: Partial<OpenCall> = {}): { readonly call: OpenCall; readonly told: (string | undefined)[] } {
  const told: (string | undefined)[] = [];
  const underWay = { abandon: (stopped?: OpenCall["stopped"]) => void told.push(stopped?.code) };
  const call = { abandoned: false, stopped: null, ending: null, seat: -1, underWay, ...differs };
  return { call: call as unknown as OpenCall, told };
}

const FOUR = [0, 1, 2, 3];

describe("calls under way", () => {
  it("are ended by a stop, and nothing else is: neither who has left nor what has ended", () => {
    const calls = new CallsUnderWay();
    const plain = open();
    const left = open({ abandoned: true });
    const ended = open({ ending: { outcome: "ok", error: null } });
    for (const { call } of [plain, left, ended]) calls.enter(call);
    calls.stop();
    expect([plain.told, left.told, ended.told]).toEqual([["server_stopped"], [], []]);
    expect(plain.call).toMatchObject({ abandoned: true, stopped: { code: "server_stopped", status: 503 } });
    expect([left.call.stopped, ended.call.stopped]).toEqual([null, null]);
  });

  it("that come after the stop are ended at once", () => {
    const calls = new CallsUnderWay();
    calls.stop();
    const { call } = open({ underWay: null });
    calls.enter(call);
    expect(call.stopped?.code).toBe("server_stopped");
  });

  it.each(FOUR)("are forgotten whichever of them leaves, such as number %i", (leaving) => {
    const calls = new CallsUnderWay();
    const all = FOUR.map(() => open());
    for (const { call } of all) calls.enter(call);
    const [gone] = all.splice(leaving, 1);
    if (gone !== undefined) calls.leave(gone.call);
    const next = all.pop();
    if (next !== undefined) calls.leave(next.call);
    calls.stop();
    expect([gone?.told, next?.told, all.map(({ told }) => told)]).toEqual([
      [],
      [],
      [["server_stopped"], ["server_stopped"]],
    ]);
  });
});
