import * as z from "zod";
import type { ShedThresholds } from "../../domain/limits/shedding.ts";
import { spellDuration } from "../units.ts";
import { duration, size } from "./leaf.ts";

const MIB = 1_024 ** 2;
const MINUTE = 60_000;

/** Thresholds of a server that names none. */
export const DEFAULT_SHED_AT: ShedThresholds = { delayMs: 250, bytes: 256 * MIB };

/** `limits.shed_at`. */
export const shedSchema = z
  .union([
    z
      .strictObject({
        delay: duration({ min: 10, max: MINUTE })
          .optional()
          .meta({
            preset: spellDuration(DEFAULT_SHED_AT.delayMs),
            description: "How late the process may be with its own work, half a second long.",
          }),
        bytes: size({ min: 1_024, max: 1_024 ** 4 })
          .optional()
          .meta({ preset: "256MiB", description: "Bytes of the requests under way." }),
      })
      .meta({ title: "thresholds" }),
    z.literal(false).meta({ title: "off" }),
  ])
  .optional()
  .meta({
    description:
      "From where on new calls are refused with 503 so that the others are served in time: the last class of `queue` first, with more the ones before it, the first class at four times of this. `false` refuses nobody.",
  });

/** Thresholds as read. */
export type ShedInput = z.output<typeof shedSchema>;
