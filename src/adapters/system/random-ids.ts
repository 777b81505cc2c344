import { randomBytes, randomFillSync } from "node:crypto";
import { ulid } from "../../kit/ulid.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Ids } from "../../ports/ids.ts";

/** Ids from the machine's random generator, drawn in bulk because one is needed per call. */
export function createRandomIds(clock: Clock): Ids {
  const pool = Buffer.alloc(10 * 512);
  let next = pool.length;
  return {
    next(prefix) {
      if (next >= pool.length) {
        randomFillSync(pool);
        next = 0;
      }
      const random = pool.subarray(next, next + 10);
      next += 10;
      return `${prefix}_${ulid(clock.now(), random)}`;
    },
    secret: (bytes) => randomBytes(bytes).toString("hex"),
  };
}
