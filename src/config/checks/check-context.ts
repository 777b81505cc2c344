import type { Catalogue } from "../../contract/catalogue/schema.ts";
import { windowsIn } from "../build/build-context-policy.ts";
import type { WindowOf } from "../build/build-context-policy.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { type Declared, declaredIn, modelFault, splitModel } from "./check-models.ts";
import { deployedModel } from "./check-prices.ts";

/** What each way of overflowing needs, as YAML names it. */
const NEEDS: Readonly<Record<string, string>> = { summarise: "summariser", larger_model: "larger" };

/** `context` of every endpoint: its models are declared, their windows known, and nothing is said in vain. */
export function checkContext(findings: Findings, catalogue: Catalogue): void {
  const { value } = findings.yaml;
  const providers = memberOf(value, "providers");
  const declared = declaredIn(providers);
  const windowOf = windowsIn(catalogue, vendorsOf(providers));
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const context = memberOf(endpoint, "context");
    if (context === undefined) continue;
    const path = ["endpoints", name, "context"];
    checkNeeds(findings, path, context);
    checkModels(findings, path, { context, declared });
    if (memberOf(context, "window") === undefined) {
      const models = textItems(memberOf(endpoint, "models")).map(([, model]) => model);
      checkWindows(findings, path, { models, windowOf });
    }
    checkLarger(findings, path, { context, windowOf });
  }
}

const vendorsOf = (providers: unknown): Parameters<typeof windowsIn>[1] =>
  Object.fromEntries(
    membersOf(providers).map(([name, provider]) => {
      const members = membersOf(memberOf(provider, "members")).map(([member]) => [member, 1] as const);
      const kind = String(memberOf(provider, "kind"));
      const models = membersOf(memberOf(provider, "models")).flatMap(([id, model]) => {
        const window = memberOf(model, "window");
        const deployed = deployedModel(model);
        const said = {
          ...(deployed !== null && { model: deployed }),
          ...(typeof window === "number" && { window }),
        };
        return Object.keys(said).length > 0 ? [[id, said] as const] : [];
      });
      const vendor = { kind, models: Object.fromEntries(models) };
      return [name, members.length === 0 ? vendor : { ...vendor, members: Object.fromEntries(members) }];
    }),
  );

function checkNeeds(findings: Findings, path: Path, context: unknown): void {
  const overflow = String(memberOf(context, "overflow"));
  for (const [way, key] of Object.entries(NEEDS)) {
    const isThere = memberOf(context, key) !== undefined;
    if (way === overflow && !isThere) {
      const example = key === "larger" ? "larger: [{ model: provider/model }]" : "summariser: provider/model";
      findings.atValue([...path, "overflow"], { message: `\`${way}\` needs \`${key}\``, fix: `add \`${example}\`` });
    }
    if (way !== overflow && isThere) {
      findings.atKey([...path, key], { message: `only \`overflow: ${way}\` uses it`, fix: "remove it" });
    }
  }
}

function checkModels(
  findings: Findings,
  path: Path,
  { context, declared }: { readonly context: unknown; readonly declared: Declared },
): void {
  const summariser = memberOf(context, "summariser");
  const places: (readonly [Path, unknown])[] = [[[...path, "summariser"], summariser]];
  const larger = memberOf(context, "larger");
  for (const [index, one] of (Array.isArray(larger) ? larger : []).entries()) {
    places.push([[...path, "larger", index, "model"], memberOf(one, "model")]);
  }
  for (const [place, reference] of places) {
    const fault = typeof reference === "string" ? modelFault(reference, declared) : null;
    if (fault !== null) findings.atValue(place, fault);
  }
}

function checkWindows(
  findings: Findings,
  path: Path,
  { models, windowOf }: { readonly models: readonly string[]; readonly windowOf: WindowOf },
): void {
  const unknown = models.find((model) => {
    const target = splitModel(model);
    return target !== null && windowOf(target) === null;
  });
  if (unknown === undefined) return;
  findings.atKey(path, {
    message: `the catalogue does not know the context window of ${shown(unknown)}`,
    fix: "add `window` with the tokens that it takes, for example `window: 128000`",
  });
}

function checkLarger(
  findings: Findings,
  path: Path,
  { context, windowOf }: { readonly context: unknown; readonly windowOf: WindowOf },
): void {
  const larger = memberOf(context, "larger");
  for (const [index, one] of (Array.isArray(larger) ? larger : []).entries()) {
    const model = memberOf(one, "model");
    const target = typeof model === "string" ? splitModel(model) : null;
    if (target === null || memberOf(one, "window") !== undefined || windowOf(target) !== null) continue;
    findings.atValue([...path, "larger", index, "model"], {
      message: `the catalogue does not know the context window of ${shown(model)}`,
      fix: "add `window` beside it with the tokens that it takes",
    });
  }
}
