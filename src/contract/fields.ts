import { z } from "zod";

/** An instant on the wire: ISO 8601 in UTC. */
export const instant = z.iso.datetime().describe("ISO 8601 in UTC");

/** The name of an endpoint in a path. */
export const endpointName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    "is no name of an endpoint: those have lower-case letters, digits, dots, dashes and underscores, at most 63",
  );

/** Why somebody did something, in their words. */
export const reason = z.string().trim().min(1).max(500);

/** What the prefixes of ids stand for. */
const KINDS = {
  bkt: "backtest",
  call: "call",
  frz: "freeze",
  inc: "incident",
  key: "key",
  pau: "pause",
  rol: "rollout",
} as const;

/** Ids in paths: a prefix and a ULID. */
export const idOf = (prefix: keyof typeof KINDS): z.ZodString =>
  z
    .string()
    .regex(
      new RegExp(`^${prefix}_[0-9a-z]{26}$`),
      `is no id of a ${KINDS[prefix]}: those look like ${prefix}_01h… and have 26 characters after the underscore`,
    );

/** How many rows a list gives. */
export const limit = z.coerce.number().int().min(1).max(1000).default(50);

/** Money in pico-dollars: an integer as text, because JSON numbers are not exact. */
export const pico = z.string().regex(/^\d+$/).describe("pico-dollars (1e-12 USD) as an integer in text");

/** The same where it may be below 0. */
export const signedPico = z
  .string()
  .regex(/^-?\d+$/)
  .describe("pico-dollars (1e-12 USD) as an integer in text");
