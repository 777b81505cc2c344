import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { modelIn } from "../../contract/catalogue/read-catalogue.ts";
import { cataloguePriceOf } from "../build/build-price.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { OWN_KINDS, unknownFieldsOf } from "../presets/openai-wire.ts";
import { isUnpinned } from "./check-names.ts";
import { splitModel } from "./check-models.ts";

/** Kinds whose models run on hardware of one's own and cost nothing unless said otherwise, or have a price by schema. */
const FREE: ReadonlySet<unknown> = new Set<string>([...OWN_KINDS, "sagemaker", "local-gguf", "simulated", "pool"]);

/** What a deployment says that it deploys; `null` when it says nothing. */
export function deployedModel(declared: unknown): string | null {
  const model = memberOf(declared, "model");
  return typeof model === "string" ? model : null;
}

/** Every model that is paid for needs a price: its own, or that of the catalogue. */
export function checkPrices(findings: Findings, catalogue: Catalogue): void {
  for (const [name, provider] of membersOf(memberOf(findings.yaml.value, "providers"))) {
    const kind = memberOf(provider, "kind");
    if (typeof kind !== "string" || FREE.has(kind)) continue;
    for (const [id, model] of membersOf(memberOf(provider, "models"))) {
      if (typeof model !== "object" || model === null || isUnpinned(id)) continue;
      const deployed = deployedModel(model);
      if (deployed !== null && modelIn(catalogue, kind, deployed) === null) {
        findings.atValue(["providers", name, "models", id, "model"], {
          message: `the catalogue ${catalogue.version} has no ${kind}/${deployed}`,
          fix: `write one that \`rollward catalogue list --vendor ${kind}\` shows, or remove it and add \`price\``,
        });
        continue;
      }
      if (memberOf(model, "price") !== undefined) continue;
      if (cataloguePriceOf(catalogue, kind, deployed ?? id) !== null) continue;
      findings.atKey(["providers", name, "models", id], {
        message: `"price" is missing, and the catalogue ${catalogue.version} has none for this model`,
        fix: "add `price`: write its keys below it, indented, for example `price: { input: 2.50, output: 10 }`",
      });
    }
  }
}

/** A parameter that a provider of the chain does not know would be refused or left out of account there. */
export function checkParameters(findings: Findings): void {
  const { value } = findings.yaml;
  const kinds = new Map(
    membersOf(memberOf(value, "providers")).map(([name, provider]) => [name, memberOf(provider, "kind")]),
  );
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const models = memberOf(endpoint, "models");
    const chain = Array.isArray(models) ? models.filter((one): one is string => typeof one === "string") : [];
    for (const [field] of membersOf(memberOf(endpoint, "parameters"))) {
      const deaf = chain.find((reference) => {
        const kind = kinds.get(splitModel(reference)?.provider ?? "");
        return typeof kind === "string" && unknownFieldsOf(kind).includes(field);
      });
      if (deaf === undefined) continue;
      findings.atKey(["endpoints", name, "parameters", field], {
        message: `the provider of ${deaf} does not know this field`,
        fix: "remove it, or take that model out of the chain",
      });
    }
  }
}
