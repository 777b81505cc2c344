import type { Units } from "../../domain/call/units.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import { unitCostPico } from "../../domain/money/price.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { answersOf, mostOutputTokens } from "./expected-tokens.ts";
import type { AnsweringPlace } from "./expected-tokens.ts";
import type { MostAnswer } from "../attempt/attempt.ts";

/** Sound at 4 kbit/s is the thinnest that is still speech; a longer silence may cost more than was set aside. */
const BYTES_PER_SECOND = 500;

/** What speech commonly comes in where it is compressed (16 kbit/s), bytes a second. */
const LIKELY_BYTES_PER_SECOND = 2_000;

/** So far into a form a file's header is looked for, bytes. */
const LOOKED_THROUGH_BYTES = 16 * 1024;
/** What follows the size of a WAV file, and where its bytes per second stand from there (RIFF WAVE, `nAvgBytesPerSec`). */
const WAVE = "WAVEfmt ";
const WAVE_RATE_AT = 20;
/** 48 kHz with 32 bits on two channels. */
const MOST_BYTES_PER_SECOND = 384_000;

/** The most that what is not counted in tokens can cost at a price, in pico-dollars. */
export function mostUnitsPico(call: OpenCall, price: Pick<TokenPrice, "units">): bigint {
  if (price.units === undefined) return 0n;
  return mostUnitsOf(call).reduce((sum, units) => sum + (unitCostPico(units, price) ?? 0n), 0n);
}

/**
 * What one attempt at a place may be made to answer. Of a recording it is what its length is likely to be: the longest that its
 * bytes could hold is up to 64 times that.
 */
export const mostAnswer = (call: OpenCall, place: AnsweringPlace): MostAnswer => ({
  outputTokens: mostOutputTokens(call, place),
  units: unitsOf(call, likelyRateOf(call.arrival.bytes)).find(({ count }) => count > 0) ?? null,
});

const mostUnitsOf = (call: OpenCall): readonly Units[] => unitsOf(call, BYTES_PER_SECOND);

/** By the header of a WAV file, where there is one. */
function likelyRateOf(bytes: Buffer): number {
  const start = bytes.subarray(0, LOOKED_THROUGH_BYTES);
  const at = start.indexOf(WAVE);
  if (at < 0 || at + WAVE_RATE_AT + 4 > start.length) return LIKELY_BYTES_PER_SECOND;
  return Math.min(MOST_BYTES_PER_SECOND, Math.max(BYTES_PER_SECOND, start.readUInt32LE(at + WAVE_RATE_AT)));
}

function unitsOf(call: OpenCall, bytesPerSecond: number): readonly Units[] {
  const { request, arrival } = call;
  const { input } = present(request).body;
  switch (arrival.dialect.name) {
    case "openai-images":
      return [{ unit: "image", count: answersOf(call) }];
    case "openai-audio":
      return [
        { unit: "character", count: typeof input === "string" ? Array.from(input).length : 0 },
        { unit: "second", count: arrival.bytes.length / bytesPerSecond },
      ];
    default:
      return [];
  }
}
