import { harmEventTest } from "../../src/domain/evidence/event-test.ts";
import { LOG_THRESHOLD } from "./scenario.ts";

/** The shipped harm test under one weight, with a look after every event. */
export class EventRun {
  readonly #test = harmEventTest(1);
  readonly #counts;
  hasCrossed = false;

  constructor(weight: number) {
    this.#counts = { weight, candidate: 0, stable: 0 };
  }

  /** Takes events of one arm; a decision once taken stays. */
  add(arm: "candidate" | "stable", times = 1): void {
    for (let left = times; left > 0 && !this.hasCrossed; left -= 1) {
      this.#counts[arm] += 1;
      this.hasCrossed = this.#test.logE([this.#counts]) >= LOG_THRESHOLD;
    }
  }
}
