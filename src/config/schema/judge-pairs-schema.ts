import * as z from "zod";
import { baseUrlLeaf, envNameLeaf } from "./provider-leaf.ts";
import { PROGRAM } from "./gates-schema.ts";
import { duration, number, text, usd } from "./leaf.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Longest that a judge of pairs takes for one question unless the plan says otherwise, ms. */
export const JUDGE_TIMEOUT_MS = 30 * SECOND;
/** Pairs that are judged at the same time on one server unless the plan says otherwise. */
export const JUDGED_AT_ONCE = 2;

const terms = {
  timeout: duration({ min: SECOND, max: 5 * MINUTE })
    .optional()
    .meta({ preset: "30s", description: "Longest that one question may take." }),
  at_once: number({ min: 1, max: 16, integer: true })
    .optional()
    .meta({ preset: JUDGED_AT_ONCE, description: "Pairs that are judged at the same time, on each server." }),
  question_usd: usd()
    .optional()
    .meta({ description: "What one question costs; a pair takes two. Default: nothing." }),
  budget_usd: usd()
    .optional()
    .meta({ description: "Most that all questions of one rollout may cost, on all servers. Needed with `question_usd`." }),
  required: z
    .boolean()
    .optional()
    .meta({ description: "Whether a stage of copies waits for the proof of no worse. Default: as the metric's `required`." }),
};

const command = z
  .strictObject({
    kind: z.literal("command").meta({
      description:
        "Runs a program of the directory that the server was started with (`--allow-commands`), with the question on its standard input.",
    }),
    program: text({ what: "the name of a program", max: 100, pattern: PROGRAM, fix: "write its file name without a path" }).meta({
      description: "File name in that directory.",
    }),
    args: z
      .array(text({ what: "an argument", max: 1_000 }))
      .max(50)
      .optional()
      .meta({ preset: [], description: "Given to it as they are; there is no shell." }),
    ...terms,
  })
  .meta({ title: "command" });

const http = z
  .strictObject({
    kind: z.literal("http").meta({ description: "Asks a web server with a signed POST." }),
    url: baseUrlLeaf().meta({ description: "Its address." }),
    secret_env: envNameLeaf().meta({
      description: "Environment variable with the secret that signs the question (Standard Webhooks).",
    }),
    allow_private: z
      .boolean()
      .optional()
      .meta({ preset: false, description: "Whether the address may be a private one." }),
    ...terms,
  })
  .meta({ title: "http" });

/** Who compares pairs of answers of both releases to the same request. */
export const judgePairsSchema = z.discriminatedUnion("kind", [command, http]);

/** As it is written. */
export type JudgePairsInput = z.output<typeof judgePairsSchema>;
