import type { AnswerSummary } from "../answer.ts";
import type { AnswerTerms } from "../answer-terms.ts";
import type { CheckName } from "../checks-policy.ts";
import type { Finding } from "../finding.ts";
import type { SchemaCache } from "../schema/schema-cache.ts";

/** What a check looks at besides the answer. */
export interface CheckTerms extends AnswerTerms {
  readonly schemas: SchemaCache;
}

/** A check of whole answers: one file in this folder and one line in `index.ts`. Pure and bounded. */
export interface AnswerCheck {
  readonly name: CheckName;
  find(answer: AnswerSummary, terms: CheckTerms): readonly Finding[];
}

/** Marks an object as a check; it adds nothing. */
export const defineCheck = (check: AnswerCheck): AnswerCheck => check;
