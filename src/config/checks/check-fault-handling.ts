import { closest } from "../closest.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { declaredModels } from "./check-names.ts";

const isPool = (provider: unknown): boolean => memberOf(provider, "kind") === "pool";

/** A pool is made of providers that are there, and has at least one model that they all have. */
function checkPool(findings: Findings, path: Path, pool: unknown): void {
  const providers = new Map(membersOf(memberOf(findings.yaml.value, "providers")));
  const plain = [...providers].flatMap(([name, provider]) => (isPool(provider) ? [] : [name]));
  const members = membersOf(memberOf(pool, "members")).map(([name]) => name);
  for (const member of members) {
    if (plain.includes(member)) continue;
    const near = closest(member, plain);
    findings.atKey([...path, "members", member], {
      message: providers.has(member) ? `${shown(member)} is a pool itself` : `there is no provider ${shown(member)}`,
      fix:
        near === null
          ? `use providers that are no pools; there are: ${plain.join(", ") || "none"}`
          : `did you mean "${near}"?`,
    });
  }
  if (!members.every((member) => plain.includes(member))) return;
  const [first = [], ...others] = members.map((member) => declaredModels(providers.get(member)));
  if (first.some((model) => others.every((ids) => ids.includes(model)))) return;
  findings.atValue([...path, "members"], {
    message: members.length === 0 ? "the pool has no members" : "no model is declared by every member",
    fix: members.length === 0 ? "name at least one provider" : "declare the same id at each of them",
  });
}

/** Who is asked after an outage, as written; the chain of models when nothing is. */
function outageChain(endpoint: unknown): readonly string[] {
  const models = textItems(memberOf(endpoint, "models")).map(([, model]) => model);
  const outage = memberOf(memberOf(endpoint, "fallbacks"), "outage");
  return outage === undefined ? models : [...models.slice(0, 1), ...textItems(outage).map(([, model]) => model)];
}

/** Whether a hedge or a rescue has anybody to turn to: a second model, or a pool with a second member. */
function hasSecond(findings: Findings, endpoint: unknown): boolean {
  const chain = outageChain(endpoint);
  if (new Set(chain).size > 1) return true;
  const name = chain[0]?.split("/")[0] ?? "";
  const pool = memberOf(memberOf(findings.yaml.value, "providers"), name);
  return isPool(pool) && membersOf(memberOf(pool, "members")).length > 1;
}

/** What has to do with faults and needs more than one key to be told: pools, hedging. */
export function checkFaultHandling(findings: Findings): void {
  const { value } = findings.yaml;
  for (const [name, provider] of membersOf(memberOf(value, "providers"))) {
    if (isPool(provider)) checkPool(findings, ["providers", name], provider);
  }
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const hedge = memberOf(endpoint, "hedge");
    if (hedge === undefined || hasSecond(findings, endpoint)) continue;
    findings.atKey(["endpoints", name, "hedge"], {
      message: "there is no second model that could be asked",
      fix: "add one to `models`, use a pool, or remove this line",
    });
  }
}
