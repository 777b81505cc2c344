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
    checkAtLimit(findings, path, budget);
  }
}

/** That there is a queue to wait in, and a release to be answered by. */
function checkAtLimit(findings: Findings, path: Path, budget: unknown): void {
  const { value } = findings.yaml;
  const atLimit = memberOf(budget, "at_limit");
  if (atLimit === "queue" && memberOf(memberOf(value, "limits"), "queue") === undefined) {
    findings.atValue([...path, "at_limit"], {
      message: "there is no queue to wait in",
      fix: "say under limits.queue how long calls wait, for example `wait: 10s`",
    });
  }
  const degradeTo = memberOf(budget, "degrade_to");
  if (degradeTo !== undefined && atLimit !== "degrade") {
    findings.atKey([...path, "degrade_to"], { message: "nothing is degraded", fix: "add at_limit: degrade" });
  }
  const endpoints = membersOf(memberOf(value, "endpoints")).map(([name]) => name);
  for (const [from, to] of membersOf(degradeTo)) {
    const at = [...path, "degrade_to", from];
    if (!endpoints.includes(from)) findings.atKey(at, unknownEndpoint(from, endpoints));
    if (to === from) findings.atValue(at, { message: "this is the endpoint itself", fix: "name a cheaper one" });
    else if (typeof to === "string" && !endpoints.includes(to)) findings.atValue(at, unknownEndpoint(to, endpoints));
  }
}

function unknownEndpoint(endpoint: string, endpoints: readonly string[]): Fault {
  const near = byCloseness(endpoint, endpoints);
  return {
    message: `there is no endpoint ${shown(endpoint)}`,
    fix: near.length === 0 ? "write the name of an endpoint of this file" : `did you mean "${near[0]}"?`,
  };
}

/** That `only` names endpoints and models of the project. */
export function checkOnly(findings: Findings, path: Path, meter: unknown): void {
  const { value } = findings.yaml;
  const only = memberOf(meter, "only");
  const endpoints = membersOf(memberOf(value, "endpoints")).map(([name]) => name);
  for (const [index, endpoint] of textItems(memberOf(only, "endpoints"))) {
    if (endpoints.includes(endpoint)) continue;
    findings.atValue([...path, "only", "endpoints", index], unknownEndpoint(endpoint, endpoints));
  }
  const declared = declaredIn(memberOf(value, "providers"));
  for (const [index, model] of textItems(memberOf(only, "models"))) {
    const fault = modelFault(model, declared);
    if (fault !== null) findings.atValue([...path, "only", "models", index], fault);
  }
}
