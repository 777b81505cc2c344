import { objectIn } from "../held-document.ts";
import { AnswerObserver } from "./answer-observer.ts";
import type { GatheredFacts } from "./gathered-facts.ts";

/** Notes what one whole answer tells and gives it out; what is no completion becomes a fault, and `null`. */
export function readWhole(bytes: Buffer, facts: GatheredFacts): Readonly<Record<string, unknown>> | null {
  const body = objectIn(bytes, facts);
  if (body === null) return null;
  new AnswerObserver(facts).observe(body, "message");
  const choices = body["choices"];
  const hasChoices = Array.isArray(choices) && choices.length > 0;
  if (facts.fault === null && !hasChoices) facts.fail("provider_bad_answer", "it has no choices");
  return facts.fault === null ? body : null;
}
