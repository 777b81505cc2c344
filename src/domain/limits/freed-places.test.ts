import { expect, test } from "vitest";
import { FreedPlaces } from "./freed-places.ts";

test("nothing is known of places before one has become free", () => {
  const places = new FreedPlaces(100);
  expect(places.eachMs(9_000)).toBeNull();
  places.note(1_100);
  expect(places.eachMs(1_100)).toBe(1_000);
});

test("a pace follows the last places, and slows down while none becomes free", () => {
  const places = new FreedPlaces(0);
  for (let each = 1; each <= 100; each += 1) places.note(each * 10);
  for (let each = 1; each <= 32; each += 1) places.note(1_000 + each * 500);
  expect(places.count).toBe(32);
  expect(places.eachMs(17_000)).toBe(500);
  expect(places.eachMs(33_000)).toBe(1_000);
});
