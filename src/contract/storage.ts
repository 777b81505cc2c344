import { z } from "zod";
import { defineRoute } from "./route.ts";

/** What one class of what is kept takes. */
export const storageShare = z.object({
  kind: z.enum(["facts", "bodies", "search", "evidence", "series", "traces", "answers", "other"]),
  words: z.string().describe("what that is"),
  kept: z.string().describe("for how long, by what is in force now"),
  bytes: z.number().int().describe("on disk, indexes included"),
  rows: z
    .number()
    .int()
    .nullable()
    .describe("as the database estimates them, or counted where they take little; null where neither is known"),
});

export const showStorage = defineRoute({
  method: "GET",
  path: "/api/storage",
  summary: "What fills the database, by class, the largest first",
  answer: z.object({
    database: z.enum(["embedded", "server", "memory"]),
    bytes: z.number().int(),
    data: z.array(storageShare),
  }),
});
