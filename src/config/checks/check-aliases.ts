import { byCloseness } from "../closest.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { type Fault, shown } from "../source/mistakes.ts";
import { declaredIn, modelFault } from "./check-models.ts";

/** Names that applications have in their code, such as `gpt-5.4` or `ft:gpt-4o:acme::1`. */
const ALIAS = /^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,199}$/;

const ALIAS_FAULT: Fault = {
  message: "this name cannot be used",
  fix: "write the id of a model as applications send it, without a slash and without spaces",
};

/** Every alias is a name of its own, and stands for an endpoint or a declared model that is there. */
export function checkAliases(findings: Findings): void {
  const { value } = findings.yaml;
  const endpoints = membersOf(memberOf(value, "endpoints")).map(([name]) => name);
  const declared = declaredIn(memberOf(value, "providers"));
  for (const [alias, target] of membersOf(memberOf(value, "aliases"))) {
    const path = ["aliases", alias];
    if (!ALIAS.test(alias)) findings.atKey(path, ALIAS_FAULT);
    else if (endpoints.includes(alias)) {
      findings.atKey(path, {
        message: `${shown(alias)} is an endpoint already`,
        fix: "remove the alias; the endpoint answers",
      });
    }
    if (typeof target !== "string" || endpoints.includes(target)) continue;
    const fault = target.includes("/") ? modelFault(target, declared) : endpointFault(target, endpoints);
    if (fault !== null) findings.atValue(path, fault);
  }
}

function endpointFault(target: string, endpoints: readonly string[]): Fault {
  const near = byCloseness(target, endpoints);
  return {
    message: `there is no endpoint ${shown(target)}`,
    fix: near.length === 0 ? "write an endpoint, or provider/model" : `did you mean "${near[0]}"?`,
  };
}
