import { describe, expect, test } from "vitest";
import { Random } from "../../../../bench/evidence/random.ts";
import { DEFAULT_TERMS } from "./certification-terms.ts";
import { auditRate, CERTIFICATION_OFF, reduceCertification } from "./certification.ts";
import type { Certification } from "./certification.ts";
import { coinOf } from "./coin.ts";
import { decideHit } from "./decide-hit.ts";
import { FEATURE_NAMES } from "./pair-features.ts";
import { isRefitDue } from "./refit.ts";

const NAMES = { embedder: "sim/1", judge: "truth" };
const BOUND = 0.1;

/** Similarity, and two more features of which one matters. */
interface Lookup {
  readonly features: readonly number[];
  readonly chanceRight: number;
}

/** A lookup of a world; `shift` moves the chance that the kept answer is right, on the scale of the logit. */
function lookupIn(random: Random, shift: number): Lookup {
  const [similarity, overlap, noise] = [random.uniform(), random.uniform(), random.uniform()];
  const features = FEATURE_NAMES.map((_, at) => [similarity, 0, 0, overlap, noise][at] ?? 0);
  return { features, chanceRight: 1 / (1 + Math.exp(-(9 * similarity + 3 * overlap - 5 + shift))) };
}

/** Counts of one stretch of a run. */
interface Stretch {
  hits: number;
  wrong: number;
  /** Lookups during which the true share of wrong hits of what was in force was above the bound. */
  unsafe: number;
}

/** One server's life: lookups, audits, refits, hits. */
class Life {
  readonly #random: Random;
  readonly #name: string;
  #state: Certification;
  #at = 0;
  #checked: Certification["certificate"] = null;
  #isUnsafe = false;

  constructor(name: string) {
    this.#name = name;
    this.#random = new Random(20_261_121, name);
    const terms = { ...DEFAULT_TERMS, ...NAMES, bound: BOUND };
    this.#state = reduceCertification(CERTIFICATION_OFF, { type: "start", at: 0, terms });
  }

  get state(): Certification {
    return this.#state;
  }

  live(lookups: number, shift: number): Stretch {
    const stretch: Stretch = { hits: 0, wrong: 0, unsafe: 0 };
    for (let lookup = 0; lookup < lookups; lookup += 1) {
      stretch.unsafe += Number(this.#isUnsafeNow(shift));
      this.#take(lookupIn(this.#random, shift), stretch);
    }
    return stretch;
  }

  #take({ features, chanceRight }: Lookup, stretch: Stretch): void {
    this.#at += 1;
    const isCorrect = this.#random.chance(chanceRight);
    const id = `${this.#name}-${this.#at}`;
    const isAudit = coinOf(id, "audit") < auditRate(this.#state);
    if (!isAudit && decideHit(this.#state, features).serves) {
      stretch.hits += 1;
      stretch.wrong += Number(!isCorrect);
      return;
    }
    const labelled = { at: this.#at, ...NAMES, features, isCorrect };
    this.#state = reduceCertification(
      this.#state,
      isAudit ? { type: "audit", id, ...labelled } : { type: "label", ...labelled },
    );
    if (isRefitDue(this.#state)) this.#state = reduceCertification(this.#state, { type: "refit", at: this.#at });
  }

  /** The true share of wrong ones above the threshold in force, over many lookups of this world. */
  #isUnsafeNow(shift: number): boolean {
    const { certificate } = this.#state;
    if (certificate === this.#checked) return this.#isUnsafe;
    this.#checked = certificate;
    const random = new Random(1, "world");
    let [hits, wrong] = [0, 0];
    for (let one = 0; one < 4_000; one += 1) {
      const { features, chanceRight } = lookupIn(random, shift);
      if (!decideHit(this.#state, features).serves) continue;
      hits += 1;
      wrong += 1 - chanceRight;
    }
    this.#isUnsafe = hits > 0 && wrong / hits > BOUND;
    return this.#isUnsafe;
  }
}

describe("over many seeded lives with adaptive refits", () => {
  test("the true share of wrong hits is above the bound at any moment of a life no more often than α allows", () => {
    const lives = Array.from({ length: 40 }, (_, at) => new Life(`steady ${at}`).live(1_500, 0));
    const unsafe = lives.filter((life) => life.unsafe > 0).length;
    // α is 5 %: 2 of 40, and three standard deviations.
    expect(unsafe).toBeLessThanOrEqual(6);
    expect(lives.filter(({ hits }) => hits > 100).length).toBeGreaterThan(30);
    const [hits, wrong] = [
      lives.reduce((sum, life) => sum + life.hits, 0),
      lives.reduce((sum, life) => sum + life.wrong, 0),
    ];
    expect(wrong / hits).toBeLessThan(BOUND);
  });

  test("a world that turns bad closes the cache after few wrong hits", () => {
    let [closed, hits, wrong] = [0, 0, 0];
    for (let at = 0; at < 12; at += 1) {
      const life = new Life(`turning ${at}`);
      life.live(1_500, 1);
      const before = life.state.certificate;
      const turned = life.live(1_000, -4);
      hits += turned.hits;
      wrong += turned.wrong;
      closed += Number(before !== null && life.state.certificate !== before);
    }
    expect(closed).toBeGreaterThanOrEqual(11);
    // Between the turn and the alarm hits are wrong, and nothing could prevent that; they must be few.
    expect(wrong / 12).toBeLessThan(150);
    expect(hits).toBeGreaterThan(0);
  });

  test("a slow drift is followed: hits of the whole life stay within the bound", () => {
    let [hits, wrong] = [0, 0];
    for (let at = 0; at < 6; at += 1) {
      const life = new Life(`drifting ${at}`);
      for (let part = 0; part < 20; part += 1) {
        const stretch = life.live(500, 0.5 - part / 20);
        hits += stretch.hits;
        wrong += stretch.wrong;
      }
    }
    expect(hits).toBeGreaterThan(1_000);
    expect(wrong / hits).toBeLessThan(BOUND);
  });
});
