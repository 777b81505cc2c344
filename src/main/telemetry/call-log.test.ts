import { expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import type { LoggedCalls } from "../../domain/telemetry/telemetry-settings.ts";
import { CallLog } from "./call-log.ts";

function openLog(which: LoggedCalls) {
  const clock = new HandClock();
  const told: { readonly outcome: string; readonly untold: number }[] = [];
  const announcer = {
    decided() {},
    troubled() {},
    recovered() {},
    callEnded: ({ outcome }: CallFacts, untold: number) => void told.push({ outcome, untold }),
  };
  return { clock, told, log: new CallLog({ clock, announcer, which: () => which }) };
}

const OK = callFacts({});
const FAILED = callFacts({ outcome: "failed", errorCode: "provider_error" });
const LEFT = callFacts({ outcome: "abandoned" });
const [ATTEMPT] = OK.attempts;
const SAVED = callFacts({
  attempts: OK.attempts.flatMap((attempt) => [
    { ...attempt, end: "failed", error: { code: "provider_error", message: "no" } } as const,
    attempt,
  ]),
});

test("tells of every call, of none, or of those in which something failed", () => {
  expect(ATTEMPT).toBeDefined();
  const outcomes = (which: LoggedCalls): readonly string[] => {
    const { log, told } = openLog(which);
    for (const facts of [OK, FAILED, LEFT, SAVED]) log.note(facts);
    return told.map(({ outcome }) => outcome);
  };
  expect(outcomes("all")).toEqual(["ok", "failed", "abandoned", "ok"]);
  expect(outcomes("errors")).toEqual(["failed", "ok"]);
  expect(outcomes("none")).toEqual([]);
});

test("tells of a hundred errors a second, and how many it did not tell of with the next one", () => {
  const { clock, log, told } = openLog("errors");
  for (let call = 0; call < 150; call += 1) log.note(FAILED);
  expect(told).toHaveLength(100);
  clock.advance(1_000);
  log.note(FAILED);
  log.note(FAILED);
  expect(told.slice(100).map(({ untold }) => untold)).toEqual([50, 0]);
});
