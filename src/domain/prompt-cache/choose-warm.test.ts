import * as fc from "fast-check";
import { expect, test } from "vitest";
import { chooseWarm, roomOf } from "./choose-warm.ts";
import type { WarmPlace } from "./choose-warm.ts";

const placesOf = (count: number): readonly WarmPlace[] =>
  Array.from({ length: count }, (_, index) => ({ name: `p${index}`, weight: 1, inFlight: 0 }));

const nameFor = (places: readonly WarmPlace[], beginning: string): string | undefined =>
  places[chooseWarm(places, beginning)]?.name;

const BEGINNINGS = Array.from({ length: 2_000 }, (_, index) => `beginning ${index}`);

test("the same beginning goes to the same place, in whatever order they are listed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.string(), (count, beginning) => {
      const places = placesOf(count);
      expect(nameFor(places.toReversed(), beginning)).toBe(nameFor(places, beginning));
    }),
  );
});

test("when a place goes, only its own beginnings move, and when one comes, only those that it wins", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 10 }), fc.nat(), fc.string(), (count, draw, beginning) => {
      const places = placesOf(count);
      const gone = places[draw % count];
      const before = nameFor(places, beginning);
      const after = nameFor(
        places.filter((place) => place !== gone),
        beginning,
      );
      if (before !== gone?.name) expect(after).toBe(before);
    }),
  );
});

test("beginnings spread over the places by weight", () => {
  const [light, heavy] = placesOf(2);
  if (light === undefined || heavy === undefined) throw new Error("Two places were asked for.");
  const places = [light, { ...heavy, weight: 3 }];
  const share = BEGINNINGS.filter((beginning) => nameFor(places, beginning) === heavy.name).length / BEGINNINGS.length;
  expect(share).toBeGreaterThan(0.7);
  expect(share).toBeLessThan(0.8);
});

test("no place gets more than its share and a quarter, and one is always found", () => {
  const place = fc.record({ weight: fc.integer({ min: 1, max: 9 }), inFlight: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 10 }), fc.string(), (drawn, beginning) => {
      const places = drawn.map((each, index) => ({ ...each, name: `p${index}` }));
      const chosen = places[chooseWarm(places, beginning)];
      const underWay = places.reduce((sum, { inFlight }) => sum + inFlight, 0);
      const weight = places.reduce((sum, each) => sum + each.weight, 0);
      expect(chosen).toBeDefined();
      if (chosen !== undefined)
        expect(chosen.inFlight + 1).toBeLessThanOrEqual(roomOf(chosen.weight, weight, underWay));
    }),
  );
});

test("a hundred calls of one beginning at once are shared out, the favourite being no fuller than a quarter over", () => {
  const places = placesOf(4).map((place) => ({ ...place }));
  for (let call = 0; call < 100; call += 1) {
    const chosen = places[chooseWarm(places, "one prompt")];
    if (chosen !== undefined) chosen.inFlight += 1;
  }
  expect(Math.max(...places.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(Math.ceil((1.25 * 100) / 4));
});

test("without places there is none", () => {
  expect(chooseWarm([], "x")).toBe(-1);
});
