import type { Units } from "../../domain/call/units.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import { unitCostPico } from "../../domain/money/price.ts";
import type { OpenCall } from "../open-call.ts";
import { present } from "../present.ts";

/** Sound at 4 kbit/s is the thinnest that is still speech; a longer silence may cost more than was set aside. */
const BYTES_PER_SECOND = 500;

/** Images that one request may ask for. */
const MOST_IMAGES = 10;

/** The most that what is not counted in tokens can cost at a price, in pico-dollars. */
export function mostUnitsPico(call: OpenCall, price: Pick<TokenPrice, "units">): bigint {
  if (price.units === undefined) return 0n;
  return mostUnitsOf(call).reduce((sum, units) => sum + (unitCostPico(units, price) ?? 0n), 0n);
}

function mostUnitsOf({ request, arrival }: OpenCall): readonly Units[] {
  const { n, input } = present(request).body;
  switch (arrival.dialect.name) {
    case "openai-images":
      return [{ unit: "image", count: Math.min(MOST_IMAGES, Math.max(1, Math.ceil(Number(n) || 1))) }];
    case "openai-audio":
      return [
        { unit: "character", count: typeof input === "string" ? Array.from(input).length : 0 },
        { unit: "second", count: arrival.bytes.length / BYTES_PER_SECOND },
      ];
    default:
      return [];
  }
}
