import * as z from "zod";
import { DEFAULT_ACTIONS } from "../../domain/answer/checks-policy.ts";
import type { CheckName } from "../../domain/answer/checks-policy.ts";

/** The checks as YAML names them. */
export const CHECK_KEYS = {
  refusal: "refusal",
  refusal_text: "refusal-text",
  empty: "empty",
  truncated: "truncated",
  json: "json",
  tools: "tools",
} as const satisfies Record<string, CheckName>;

const check = (name: CheckName, description: string) =>
  z.enum(["off", "record", "fail", "repair", "reject"]).optional().meta({ preset: DEFAULT_ACTIONS[name], description });

/** `checks` of an endpoint. */
export const checksSchema = z
  .strictObject({
    refusal: check("refusal", "The model declined, and its dialect says so."),
    refusal_text: check(
      "refusal-text",
      "The answer begins with English words of a refusal that nothing marks. A guess: it misses other words, and takes a quotation for the thing itself.",
    ),
    empty: check("empty", "The answer has no text and calls no tool."),
    truncated: check("truncated", "The answer reached its limit of tokens."),
    json: check("json", "The request asked for JSON, and the text is none or does not fit the schema."),
    tools: check("tools", "The answer calls a tool that was not offered, or with arguments that do not fit its schema."),
    unrepaired: z.enum(["deliver", "reject"]).optional().meta({
      preset: "deliver",
      description:
        "What the client gets when a repair did not help: the last answer all the same, or the error `answer_rejected`.",
    }),
  })
  .meta({
    description:
      "What is looked for in answers and what a finding does: `record` notes it; `fail` also counts the call as failed in rollouts; `repair` also asks the same model once more; `reject` also gives the client an error in place of the answer. Streams are held until they are complete where anything is repaired or rejected.",
  });
