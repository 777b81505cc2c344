import { hmacUnit, sha256Hex } from "../../kit/hash.ts";

/** One key for all: what tells flags apart is the seed in the message. Changing it would move every unit. */
const KEY = sha256Hex("rollward flags");

/** What is drawn: whether a rule is for a unit, and which variant it gets. Drawn apart, neither tells of the other. */
export type Draw = "exposure" | "variant";

/**
 * The point of a unit in [0, 1) with 53 bits, see `hmacUnit`: always the same for the same seed. The message is
 * `seed\ndraw\nunit`; a seed has no line break.
 */
export const drawUnit = (seed: string, draw: Draw, unit: string): number => hmacUnit(KEY, `${seed}\n${draw}\n${unit}`);
