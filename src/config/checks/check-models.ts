import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { type Fault, shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { byCloseness, closest } from "../closest.ts";
import { declaredModels, isUnpinned } from "./check-names.ts";

const MAX_LISTED = 8;

/** A reference `provider/model` in two; `null` when it is none. Ids of models may hold slashes themselves. */
export function splitModel(reference: string): { readonly provider: string; readonly model: string } | null {
  const at = reference.indexOf("/");
  return at <= 0 || at === reference.length - 1
    ? null
    : { provider: reference.slice(0, at), model: reference.slice(at + 1) };
}

/** Ids of declared models by provider. */
export type Declared = ReadonlyMap<string, readonly string[]>;

function listed(ids: readonly string[]): string {
  const rest = ids.length - MAX_LISTED;
  return `${ids.slice(0, MAX_LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** Without a provider: the declared models of that id, else all. */
function formFault(reference: string, declared: Declared): Fault {
  const all = [...declared].flatMap(([provider, ids]) => ids.map((id) => `${provider}/${id}`));
  const near = all.filter((one) => one.endsWith(`/${reference}`));
  return {
    message: `${shown(reference)} is not of the form provider/model`,
    fix: `use one of ${listed(byCloseness(reference, near.length > 0 ? near : all)) || "provider/model"}`,
  };
}

/** What is wrong with a reference `provider/model`; `null` for one that is declared and pinned. */
export function modelFault(reference: string, declared: Declared): Fault | null {
  const target = splitModel(reference);
  if (target === null) return formFault(reference, declared);
  const ids = declared.get(target.provider);
  if (ids === undefined) {
    const near = closest(target.provider, [...declared.keys()]);
    const fix =
      near === null
        ? `declare it under \`providers\`; there are: ${[...declared.keys()].join(", ") || "none"}`
        : `did you mean "${near}/${target.model}"?`;
    return { message: `there is no provider ${shown(target.provider)}`, fix };
  }
  if (!isUnpinned(target.model) && ids.includes(target.model)) return null;
  const nearest = byCloseness(target.model, ids).map((id) => `${target.provider}/${id}`);
  const use = nearest.length === 0 ? "" : `; use one of ${listed(nearest)}`;
  if (isUnpinned(target.model)) {
    return {
      message: `${shown(reference)} is not pinned${use}`,
      fix: `write a model that means the same tomorrow${nearest[0] === undefined ? "" : `, for example ${nearest[0]}`}`,
    };
  }
  return {
    message: `${shown(reference)} is not declared${use}`,
    fix: `correct the id, or add it with its price under providers.${target.provider}.models`,
  };
}

/** The models of every provider; a pool has those that all its members have. */
export function declaredIn(providers: unknown): Declared {
  const named = membersOf(providers);
  const own = new Map(named.map(([name, provider]) => [name, declaredModels(provider)]));
  const pooled = named.flatMap(([name, provider]): [string, readonly string[]][] => {
    if (memberOf(provider, "kind") !== "pool") return [];
    const [first = [], ...others] = membersOf(memberOf(provider, "members")).map(([member]) => own.get(member) ?? []);
    return [[name, first.filter((model) => others.every((ids) => ids.includes(model)))]];
  });
  return new Map([...own, ...pooled]);
}

/** The chains of an endpoint with their places. */
function chainsOf(endpoint: unknown): readonly (readonly [Path, unknown])[] {
  const fallbacks = membersOf(memberOf(endpoint, "fallbacks"));
  return [
    [["models"], memberOf(endpoint, "models")],
    ...fallbacks.map(([kind, chain]) => [["fallbacks", kind], chain] as const),
  ];
}

function checkChain(findings: Findings, path: Path, { chain, declared }: { chain: unknown; declared: Declared }): void {
  const seen = new Set<string>();
  for (const [index, reference] of textItems(chain)) {
    if (findings.isFull) return;
    const fault = modelFault(reference, declared);
    if (fault !== null) findings.atValue([...path, index], fault);
    else if (seen.has(reference))
      findings.atValue([...path, index], {
        message: `${shown(reference)} is in the chain twice`,
        fix: "remove one; retrying the same model is not a fallback",
      });
    seen.add(reference);
  }
}

/** Every model of every endpoint must be declared with its price, and pinned; none twice in a chain. */
export function checkModels(findings: Findings): void {
  const { value } = findings.yaml;
  const declared = declaredIn(memberOf(value, "providers"));
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    for (const [path, chain] of chainsOf(endpoint))
      checkChain(findings, ["endpoints", name, ...path], { chain, declared });
  }
}
