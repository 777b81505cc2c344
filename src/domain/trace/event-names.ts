import type { SemanticName } from "./semantic-name.ts";

/** Names of events, and what they say. */
export const EVENT_NAMES = {
  evaluationEvent: {
    name: "gen_ai.evaluation.result",
    type: "string",
    on: ["event"],
    says: "a score, a thumb or a reported problem, as a log record in the context of the call's span",
  },
  exceptionEvent: { name: "exception", type: "string", on: ["event"], says: "how an attempt failed, on its span" },
  exceptionType: { name: "exception.type", type: "string", on: ["event"], says: "the code of docs/errors.md" },
  exceptionMessage: { name: "exception.message", type: "string", on: ["event"], says: "the error's own words, masked" },
  findingEvent: {
    name: "rollward.finding.found",
    type: "string",
    on: ["event"],
    says: "a finding of the answer's checks, on the call's span",
  },
  firstTokenEvent: {
    name: "rollward.first_token",
    type: "string",
    on: ["event"],
    says: "when the first token went out to the client",
  },
} as const satisfies Record<string, SemanticName>;
