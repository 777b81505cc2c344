import type { Spread } from "../../../domain/call/simulated-model-settings.ts";

/** The finaliser of MurmurHash3 (Austin Appleby, public domain): spreads every bit of a 32-bit integer over all. */
function mix(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** FNV-1a over the text's UTF-16 units, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return mix(hash);
}

/**
 * Repeatable randomness: a Weyl sequence through a mixer, as in SplitMix (Steele, Lea, Flood 2014). Good
 * enough for simulations, useless for secrets. Equal `stream` and `n` give equal draws.
 */
export class Randomness {
  #state: number;

  constructor(stream: number, n: number) {
    this.#state = mix(stream ^ mix(n));
  }

  /** Uniform in [0, 1). */
  unit(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return (mix(this.#state) >>> 0) / 4_294_967_296;
  }

  /** Uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.unit() * count);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  /** Lognormal around the median. */
  spread({ median, sigma }: Spread): number {
    return sigma === 0 || median === 0 ? median : median * Math.exp(sigma * this.normal());
  }
}
