import { expect, test } from "vitest";
import { Flights } from "./flights.ts";
import type { Seat } from "./flights.ts";

function leadOf(seat: Seat) {
  if (seat.role !== "lead") throw new Error(`It is seated as ${seat.role}.`);
  return seat.lead;
}

function waitOf(seat: Seat) {
  if (seat.role !== "wait") throw new Error(`It is seated as ${seat.role}.`);
  return seat;
}

const FAILED = { type: "failed", lastResort: null } as const;

test("the first of several leads and the others hear how it ended", async () => {
  const flights = new Flights();
  const lead = leadOf(flights.join("a"));
  const waiting = [waitOf(flights.join("a")), waitOf(flights.join("a"))];
  leadOf(flights.join("b"));
  lead.land({ type: "hopeless" });
  expect(await Promise.all(waiting.map(({ landed }) => landed))).toEqual([{ type: "hopeless" }, { type: "hopeless" }]);
  expect(flights.size).toBe(1);
});

test("after a failure the first to come back leads, and only that one", async () => {
  const flights = new Flights();
  const first = leadOf(flights.join("a"));
  const waiting = Array.from({ length: 5 }, () => waitOf(flights.join("a")));
  first.land(FAILED);
  await Promise.all(waiting.map(({ landed }) => landed));
  expect(waiting.map(() => flights.join("a").role)).toEqual(["lead", "wait", "wait", "wait", "wait"]);
});

test("a flight lands once: a later landing does not end the flight that came after it", () => {
  const flights = new Flights();
  const first = leadOf(flights.join("a"));
  first.land(FAILED);
  leadOf(flights.join("a"));
  first.land(FAILED);
  expect(flights.size).toBe(1);
});

test("no more than a thousand wait; who leaves makes room", () => {
  const flights = new Flights();
  leadOf(flights.join("a"));
  const waiting = Array.from({ length: 1_000 }, () => waitOf(flights.join("a")));
  expect(flights.join("a").role).toBe("alone");
  waiting[0]?.leave();
  expect(flights.join("a").role).toBe("wait");
});

test("an answer on its way can be forgotten", () => {
  const flights = new Flights();
  const lead = leadOf(flights.join("a"));
  flights.forget("b");
  expect(lead.isForgotten).toBe(false);
  flights.forget("a");
  expect(lead.isForgotten).toBe(true);
});
