import { checkStability, describeInstability } from "../domain/prompt-cache/check-stability.ts";
import type { EndpointSettings } from "./project.ts";

/** Sentences on the prompts that providers cannot keep well, of endpoints that use prompt caches. */
export const stabilityWarnings = (endpoints: Iterable<Pick<EndpointSettings, "name" | "content">>): readonly string[] =>
  [...endpoints].flatMap(({ name, content: { prompt, policies } }) => {
    if (prompt === null || policies.promptCache === undefined) return [];
    const found = checkStability(prompt);
    return found === null ? [] : [describeInstability(name, found)];
  });
