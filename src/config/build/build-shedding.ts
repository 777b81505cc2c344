import type { ShedThresholds } from "../../domain/limits/shedding.ts";
import { DEFAULT_SHED_AT } from "../schema/shed-schema.ts";
import type { ShedInput } from "../schema/shed-schema.ts";

/** From where on a server refuses calls; `null` is nowhere. */
export const buildShedding = (input: ShedInput): ShedThresholds | null =>
  input === false
    ? null
    : { delayMs: input?.delay ?? DEFAULT_SHED_AT.delayMs, bytes: input?.bytes ?? DEFAULT_SHED_AT.bytes };
