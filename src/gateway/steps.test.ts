import { expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { Steps } from "./steps.ts";

function stage(): { readonly clock: HandClock; readonly call: OpenCall; readonly step: Steps } {
  const clock = new HandClock();
  const call = { startedAt: clock.elapsed(), stages: [] } as unknown as OpenCall;
  return { clock, call, step: new Steps({ clock } as unknown as Gateway, call) };
}

test("a stage that waits ends when the next one begins, the last when the call is over", async () => {
  const { clock, call, step } = stage();
  step.run("admit", () => clock.advance(2));
  await step.run("call", async () => clock.advance(5));
  step.run("deliver", () => clock.advance(1));
  step.over();
  step.over();
  expect(call.stages).toEqual([
    { stage: "admit", startMs: 0, endMs: 2 },
    { stage: "call", startMs: 2, endMs: 7 },
    { stage: "deliver", startMs: 7, endMs: 8 },
  ]);
});

test("a stage that throws is noted as well", () => {
  const { clock, call, step } = stage();
  const failing = (): never => {
    clock.advance(3);
    throw new Error("no");
  };
  expect(() => step.run("render", failing)).toThrow("no");
  step.over();
  expect(call.stages).toEqual([{ stage: "render", startMs: 0, endMs: 3 }]);
});
