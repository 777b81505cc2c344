import { AnswerObserver } from "./answer-observer.ts";
import type { GatheredFacts } from "./gathered-facts.ts";
import { isRecord } from "../is-record.ts";

/** Notes what one whole answer tells; what is no completion becomes a fault. */
export function readWhole(bytes: Buffer, facts: GatheredFacts): void {
  const text = bytes.toString();
  const body = parsed(text);
  if (body === undefined) {
    const isPage = text.trimStart().startsWith("<");
    return facts.fail("provider_bad_answer", isPage ? "it is a web page" : "it is not JSON");
  }
  if (!isRecord(body)) return facts.fail("provider_bad_answer", "it is not a JSON object");
  new AnswerObserver(facts).observe(body, "message");
  const choices = body["choices"];
  const hasChoices = Array.isArray(choices) && choices.length > 0;
  if (facts.fault === null && !hasChoices) facts.fail("provider_bad_answer", "it has no choices");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
