import type { JsonObject } from "../json.ts";

/** A tool that an answer may call. */
export interface OfferedTool {
  readonly name: string;
  /** JSON Schema of its arguments; `null` where the request gives none. */
  readonly parameters: JsonObject | null;
}

/** What a request asks of the form of its answer, in no vendor's words. */
export interface AnswerTerms {
  readonly format: "text" | "json" | "json-schema";
  /** With the format `json-schema`. */
  readonly schema: JsonObject | null;
  readonly tools: readonly OfferedTool[];
  /** Whether there are tools of other kinds (free text, hosted), whose calls cannot be judged. */
  readonly hasOtherTools: boolean;
}

/** The terms of a request that asks for nothing. */
export const NO_TERMS: AnswerTerms = { format: "text", schema: null, tools: [], hasOtherTools: false };
