import { byCloseness } from "../closest.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import type { Fault } from "../source/mistakes.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { declaredIn, modelFault } from "./check-models.ts";

/** A name that cannot stand in headers and commands. */
export const NAME_FAULT: Fault = {
  message: "this name cannot be used",
  fix: "use lower-case letters, digits, dots, hyphens and underscores, a letter or digit first, at most 63",
};

/** Names of limits and budgets, what they are about, and that each limit limits something. */
export function checkMeters(findings: Findings): void {
  const { value } = findings.yaml;
  for (const [name, limit] of membersOf(memberOf(memberOf(value, "limits"), "rates"))) {
    const path = ["limits", "rates", name];
    if (!NAME.test(name)) findings.atKey(path, NAME_FAULT);
    checkOnly(findings, path, limit);
    const counted = ["requests", "tokens", "concurrent"].filter((kind) => memberOf(limit, kind) !== undefined);
    if (counted.length === 0) {
      findings.atKey(path, { message: "this limit limits nothing", fix: "add requests, tokens or concurrent" });
    }
  }
  for (const [name, budget] of membersOf(memberOf(value, "budgets"))) {
    const path = ["budgets", name];
    if (!NAME.test(name)) findings.atKey(path, NAME_FAULT);
    checkOnly(findings, path, budget);
  }
}

/** That `only` names endpoints and models of the project. */
export function checkOnly(findings: Findings, path: Path, meter: unknown): void {
  const { value } = findings.yaml;
  const only = memberOf(meter, "only");
  const endpoints = membersOf(memberOf(value, "endpoints")).map(([name]) => name);
  for (const [index, endpoint] of textItems(memberOf(only, "endpoints"))) {
    if (endpoints.includes(endpoint)) continue;
    const near = byCloseness(endpoint, endpoints);
    findings.atValue([...path, "only", "endpoints", index], {
      message: `there is no endpoint ${shown(endpoint)}`,
      fix: near.length === 0 ? "write the name of an endpoint of this file" : `did you mean "${near[0]}"?`,
    });
  }
  const declared = declaredIn(memberOf(value, "providers"));
  for (const [index, model] of textItems(memberOf(only, "models"))) {
    const fault = modelFault(model, declared);
    if (fault !== null) findings.atValue([...path, "only", "models", index], fault);
  }
}
