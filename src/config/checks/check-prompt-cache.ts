import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { cataloguePriceOf } from "../build/build-price.ts";
import { splitModel } from "./check-models.ts";
import { deployedModel } from "./check-prices.ts";

/** `prompt_cache` that asks for an hour which nobody sells. */
export function checkPromptCache(findings: Findings, catalogue: Catalogue): void {
  const { value } = findings.yaml;
  const providers = memberOf(value, "providers");
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const policy = memberOf(endpoint, "prompt_cache");
    if (memberOf(policy, "ttl") !== "1h") continue;
    const models = textItems(memberOf(endpoint, "models")).map(([, model]) => model);
    if (models.length === 0 || models.some((model) => sellsHours(model, { providers, catalogue }))) continue;
    findings.atValue(["endpoints", name, "prompt_cache", "ttl"], {
      message: "no model of this endpoint has a price for what is kept for an hour, so nothing would ever be",
      fix: "add `cache_write_1h` to the price of its model, or write `ttl: 5m`",
    });
  }
}

interface Sellers {
  readonly providers: unknown;
  readonly catalogue: Catalogue;
}

/** A pool sells what its members sell. */
function sellsHours(reference: string, { providers, catalogue }: Sellers): boolean {
  const target = splitModel(reference);
  // A reference that is none is told elsewhere.
  if (target === null) return true;
  const provider = memberOf(providers, target.provider);
  const members = membersOf(memberOf(provider, "members"));
  if (members.length > 0)
    return members.some(([member]) => sellsHours(`${member}/${target.model}`, { providers, catalogue }));
  const declared = memberOf(memberOf(provider, "models"), target.model);
  const price = memberOf(declared, "price");
  if (price !== undefined) return memberOf(price, "cache_write_1h") !== undefined;
  const id = deployedModel(declared) ?? target.model;
  const known = cataloguePriceOf(catalogue, String(memberOf(provider, "kind")), id);
  return known?.cacheWrite1h !== undefined;
}
