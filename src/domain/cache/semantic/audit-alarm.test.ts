import { expect, test } from "vitest";
import { Random } from "../../../../bench/evidence/random.ts";
import { alarmAfter, alarmShare, CALM } from "./audit-alarm.ts";

/** Audits until an alarm, at most `most`. */
function runLength(random: Random, share: number, most: number): number {
  let sums = CALM;
  for (let audits = 1; audits <= most; audits += 1) {
    sums = alarmAfter(sums, 0.05, !random.chance(share));
    if (alarmShare(sums) >= 1) return audits;
  }
  return most;
}

const meanRun = (name: string, share: number, most: number): number => {
  const random = new Random(20_261_121, name);
  let sum = 0;
  for (let run = 0; run < 200; run += 1) sum += runLength(random, share, most);
  return sum / 200;
};

test("errors at the bound raise an alarm no more often than once in 150 audits, and rarer ones hardly ever", () => {
  expect(meanRun("at the bound", 0.05, 5_000)).toBeGreaterThan(150);
  expect(meanRun("half the bound", 0.025, 5_000)).toBeGreaterThan(2_000);
});

test("an alarm comes the sooner the worse it is", () => {
  const [twice, fivefold, all] = [0.1, 0.25, 1].map((share) => meanRun(`at ${share}`, share, 5_000));
  expect(twice).toBeLessThan(400);
  expect(fivefold).toBeLessThan(40);
  expect(all).toBeLessThan(6);
});
