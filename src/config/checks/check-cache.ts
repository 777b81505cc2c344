import { type Findings, memberOf, membersOf } from "../findings.ts";
import { declaredIn } from "./check-models.ts";
import { checkSemantic } from "./check-semantic.ts";

/** A cache that could never keep anything is a mistake: the release itself asks for what is not kept. */
export function checkCache(findings: Findings): void {
  const { value } = findings.yaml;
  const declared = declaredIn(memberOf(value, "providers"));
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const cache = memberOf(endpoint, "cache");
    if (cache === undefined) continue;
    const path = ["endpoints", name, "cache"];
    const reason = neverKept(cache, memberOf(endpoint, "parameters"));
    if (reason !== null) findings.atKey(path, reason);
    checkSemantic(findings, [...path, "semantic"], { semantic: memberOf(cache, "semantic"), declared });
  }
}

function neverKept(cache: unknown, parameters: unknown): { readonly message: string; readonly fix: string } | null {
  const temperature = memberOf(parameters, "temperature");
  if (typeof temperature === "number" && temperature !== 0 && memberOf(cache, "sampled") !== true) {
    return {
      message: `no answer would ever be kept, because the release sets the temperature ${temperature}`,
      fix: "write `sampled: true` here, or `temperature: 0` among the parameters",
    };
  }
  const many = memberOf(parameters, "n");
  if ((typeof many === "number" && many !== 1) || memberOf(parameters, "logprobs") === true) {
    return {
      message: "no answer would ever be kept, because the release asks for several choices or for log-probabilities",
      fix: "remove `cache`, or `n` and `logprobs` from the parameters",
    };
  }
  return null;
}
