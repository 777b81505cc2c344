import type { CacheCourse } from "./course.ts";
import { semanticFactOf } from "./semantic/semantic-course.ts";

/** What a client is told of an answer that was given to another question; `null` for every other answer. */
export function matchHeader({ semantic, status }: CacheCourse): string | null {
  const fact = semantic === null || status !== "hit" ? null : semanticFactOf(semantic);
  if (fact === null || fact.outcome !== "hit") return null;
  return `semantic; similarity=${(fact.similarity ?? 0).toFixed(4)}; call=${fact.callId ?? "unknown"}`;
}
