import { z } from "zod";

/** The name of an environment. */
export const environmentName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "is no name of an environment: those have lower-case letters, digits and ._-");

/** What every address takes that is about one environment. */
export const environmentQuery = z.object({
  environment: environmentName.optional().describe("absent is the server's own, or that of the key"),
});
