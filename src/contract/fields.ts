import { z } from "zod";

/** An instant on the wire: ISO 8601 in UTC. */
export const instant = z.iso.datetime().describe("ISO 8601 in UTC");

/** The name of an endpoint in a path. */
export const endpointName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/);

/** Ids in paths: a prefix and a ULID. */
export const idOf = (prefix: string): z.ZodString => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`));

/** How many rows a list gives. */
export const limit = z.coerce.number().int().min(1).max(1000).default(50);

/** Money in pico-dollars: an integer as text, because JSON numbers are not exact. */
export const pico = z.string().regex(/^\d+$/).describe("pico-dollars (1e-12 USD) as an integer in text");
