import { closest } from "../closest.ts";
import { ROUTED } from "../../domain/routing/routing-policy.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { ROUTE_NAME } from "../schema/routing-schema.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { parsePercent } from "../units.ts";
import { type Declared, declaredIn, modelFault } from "./check-models.ts";

/** The keys that belong to each strategy, the ones that it cannot do without first. */
const OWN_KEYS: Readonly<Record<string, readonly string[]>> = {
  rules: ["rules", "otherwise"],
  classifier: ["thresholds"],
  length: ["thresholds"],
  random: ["shares"],
  cascade: ["escalate"],
};
const STRATEGY_KEYS = [...new Set(Object.values(OWN_KEYS).flat())];

function checkRoutes(
  findings: Findings,
  path: Path,
  { routing, models }: { readonly routing: unknown; readonly models: readonly string[] },
): readonly string[] {
  const routes = membersOf(memberOf(routing, "routes"));
  const seen = new Set<unknown>();
  for (const [name, reference] of routes) {
    const place = [...path, "routes", name];
    if (!ROUTE_NAME.test(name) || name === ROUTED)
      findings.atKey(place, {
        message: `${shown(name)} cannot name a route`,
        fix: "use lower-case letters, digits and hyphens, a letter first, at most 31",
      });
    if (typeof reference === "string" && !models.includes(reference)) {
      const near = closest(reference, models);
      findings.atValue(place, {
        message: `${shown(reference)} is not among the models of this endpoint`,
        fix: near === null ? "add it to `models`" : `did you mean "${near}"? Otherwise add it to \`models\``,
      });
    } else if (seen.has(reference))
      findings.atValue(place, { message: "another route has this model", fix: "remove one of the two" });
    seen.add(reference);
  }
  if (routes.length < 2 && memberOf(routing, "routes") !== undefined)
    findings.atKey([...path, "routes"], { message: "there is nothing to choose", fix: "name at least two routes" });
  return routes.map(([name]) => name);
}

function checkKeys(findings: Findings, path: Path, routing: unknown): void {
  const strategy = memberOf(routing, "strategy");
  const own = typeof strategy === "string" ? OWN_KEYS[strategy] : undefined;
  if (own === undefined) return;
  for (const key of STRATEGY_KEYS) {
    const isThere = memberOf(routing, key) !== undefined;
    if (isThere && !own.includes(key))
      findings.atKey([...path, key], {
        message: `\`strategy: ${String(strategy)}\` does not look at this`,
        fix: "remove it, or choose another strategy",
      });
    // A cascade without a word escalates on findings.
    if (!isThere && own.includes(key) && key !== "escalate")
      findings.atKey([...path, "strategy"], { message: `\`${key}\` is missing`, fix: `add \`${key}\` below it` });
  }
}

interface Named {
  readonly path: Path;
  readonly isKey: boolean;
  readonly route: string;
}

/** Every place where a route is named. */
function namedRoutes(path: Path, routing: unknown): readonly Named[] {
  const rules = memberOf(routing, "rules");
  const ruled = Array.isArray(rules) ? rules.map((rule: unknown) => memberOf(rule, "route")) : [];
  const values: readonly (readonly [Path, unknown])[] = [
    ...ruled.map((route, index) => [[...path, "rules", index, "route"], route] as const),
    [[...path, "otherwise"], memberOf(routing, "otherwise")],
  ];
  const keys = ["thresholds", "shares"].flatMap((section) =>
    membersOf(memberOf(routing, section)).map(([route]) => [[...path, section, route], route] as const),
  );
  return [
    ...values.flatMap(([place, route]) => (typeof route === "string" ? [{ path: place, isKey: false, route }] : [])),
    ...keys.map(([place, route]) => ({ path: place, isKey: true, route })),
  ];
}

function checkNamed(findings: Findings, named: readonly Named[], routes: readonly string[]): void {
  for (const { path, isKey, route } of named) {
    if (routes.includes(route)) continue;
    const near = closest(route, routes);
    const fault = {
      message: `there is no route ${shown(route)}`,
      fix: near === null ? `there are: ${routes.join(", ") || "none"}` : `did you mean "${near}"?`,
    };
    if (isKey) findings.atKey(path, fault);
    else findings.atValue(path, fault);
  }
}

function checkNumbers(findings: Findings, path: Path, routing: unknown): void {
  const shares = membersOf(memberOf(routing, "shares"));
  const sum = shares.reduce(
    (total, [, share]) => total + (typeof share === "string" ? (parsePercent(share) ?? 0) : 0),
    0,
  );
  if (shares.length > 0 && Math.abs(sum - 1) > 1e-9)
    findings.atKey([...path, "shares"], {
      message: `the shares add up to ${Number((sum * 100).toFixed(6))}%`,
      fix: "make them 100% together",
    });
  const explore = memberOf(routing, "explore");
  if (typeof explore === "string" && (parsePercent(explore) ?? 0) >= 1)
    findings.atValue([...path, "explore"], {
      message: "nothing would be left to the strategy",
      fix: "lower it, for example to 5%",
    });
  const logprobs = memberOf(memberOf(routing, "escalate"), "logprobs");
  if (logprobs !== undefined && membersOf(logprobs).length === 0)
    findings.atKey([...path, "escalate", "logprobs"], { message: "it says nothing", fix: "set `mean` or `least`" });
}

function checkJudge(
  findings: Findings,
  path: Path,
  { routing, declared }: { readonly routing: unknown; readonly declared: Declared },
): void {
  const model = memberOf(memberOf(memberOf(routing, "escalate"), "judge"), "model");
  const fault = typeof model === "string" ? modelFault(model, declared) : null;
  if (fault !== null) findings.atValue([...path, "escalate", "judge", "model"], fault);
}

/** What the keys of a `routing` section say together, and with the models of its endpoint. */
export function checkRouting(findings: Findings): void {
  const { value } = findings.yaml;
  const declared = declaredIn(memberOf(value, "providers"));
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const routing = memberOf(endpoint, "routing");
    if (routing === undefined) continue;
    const path = ["endpoints", name, "routing"];
    const models = textItems(memberOf(endpoint, "models")).map(([, model]) => model);
    const routes = checkRoutes(findings, path, { routing, models });
    checkKeys(findings, path, routing);
    checkNamed(findings, namedRoutes(path, routing), routes);
    checkNumbers(findings, path, routing);
    checkJudge(findings, path, { routing, declared });
  }
}
