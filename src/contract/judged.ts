import { z } from "zod";

/** What a judge made of pairs of answers to the same request. */
export const judgedView = z.object({
  candidate: z.number().int().describe("sessions in which it preferred the candidate, in both orders"),
  stable: z.number().int(),
  ties: z.number().int(),
  flipped: z.number().int().describe("of the ties: its preference went with the order"),
  failed: z.number().int().describe("pairs that it made nothing of; no evidence"),
  spent_pico: z.string().describe("what its questions cost, pico-dollars"),
});
