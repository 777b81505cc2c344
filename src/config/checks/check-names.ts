import { baseUrlFault, baseUrlPlaceFault } from "../base-url.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import type { Fault } from "../source/mistakes.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";

/** Ids of models as providers write them: `meta/llama-3:70b`, `gpt-x-2026-05-01`. */
const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}$/;

/** Whether an id names whatever is newest instead of one version. */
export function isUnpinned(id: string): boolean {
  return /(?:^|[-:@/])latest$/i.test(id);
}

const NAME_FAULT: Fault = {
  message: "this name cannot be used",
  fix: "use lower-case letters, digits, dots, hyphens and underscores, a letter or digit first, at most 63",
};

/** The ids declared at a provider, pinned ones only. */
export function declaredModels(provider: unknown): readonly string[] {
  return membersOf(memberOf(provider, "models")).flatMap(([id]) => (isUnpinned(id) ? [] : [id]));
}

function checkModelIds(findings: Findings, path: Path, provider: unknown): void {
  const models = memberOf(provider, "models");
  for (const [id] of membersOf(models)) {
    if (isUnpinned(id)) {
      findings.atKey([...path, "models", id], {
        message: `${shown(id)} is not pinned: it names whatever is newest`,
        fix: "declare the id of one version, for example with its date; the provider's list of models shows them",
      });
    } else if (!MODEL_ID.test(id)) {
      findings.atKey([...path, "models", id], {
        message: "this is not the id of a model",
        fix: "write the id as the provider lists it, without spaces",
      });
    }
  }
  if (typeof models === "object" && models !== null && Object.keys(models).length === 0) {
    findings.atValue([...path, "models"], { message: "no model is declared", fix: "add at least one with its price" });
  }
}

/** Names of providers, endpoints and models, and where base URLs point. */
export function checkNames(findings: Findings): void {
  const { value } = findings.yaml;
  for (const section of ["providers", "endpoints"]) {
    for (const [name] of membersOf(memberOf(value, section))) {
      if (!NAME.test(name)) findings.atKey([section, name], NAME_FAULT);
    }
  }
  for (const [name, provider] of membersOf(memberOf(value, "providers"))) {
    const path = ["providers", name];
    checkModelIds(findings, path, provider);
    const url = memberOf(provider, "base_url");
    if (typeof url !== "string" || baseUrlFault(url) !== null) continue;
    const fault = baseUrlPlaceFault(url, memberOf(provider, "allow_private") === true);
    if (fault !== null) findings.atValue([...path, "base_url"], fault);
  }
}
