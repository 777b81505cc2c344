import { ERRORS } from "../../domain/errors.ts";
import { lintWindows, SLO_PERIOD_MS } from "../../domain/slo/slo.ts";
import { baseUrlFault, baseUrlPlaceFault } from "../base-url.ts";
import { windowsOf } from "../build/build-slos.ts";
import { byCloseness } from "../closest.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { CONDITION_KEYS } from "../schema/alerts-schema.ts";
import { NAME } from "../schema/config-schema.ts";
import { sloSchema } from "../schema/slos-schema.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { NAME_FAULT } from "./check-meters.ts";

/** Keys that mean something with some conditions alone. */
const BELONGS_TO: Readonly<Record<string, readonly string[]>> = {
  code: ["errors_above"],
  quantile: ["latency_above", "first_token_above", "unusual"],
  z: ["unusual"],
  times: ["unusual"],
  days: ["unusual"],
};

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;
const OWN_LABELS = new Set(["alertname", "severity", "environment", "endpoint", "slo"]);
const LONGEST_SHORT_MS = 86_400_000;

/** Rules, service levels and who is told: that names are known, and that each rule has one condition. */
export function checkAlerts(findings: Findings): void {
  const { value } = findings.yaml;
  const alerts = memberOf(value, "alerts");
  for (const [name, rule] of membersOf(memberOf(alerts, "rules"))) checkRule(findings, ["alerts", "rules", name], rule);
  for (const [name, notifier] of membersOf(memberOf(value, "notifiers"))) {
    if (!NAME.test(name)) findings.atKey(["notifiers", name], NAME_FAULT);
    checkNotifier(findings, ["notifiers", name], notifier);
  }
  for (const severity of ["critical", "warning", "info"]) {
    checkNotifierNames(findings, ["alerts", "notify", severity], memberOf(memberOf(alerts, "notify"), severity));
  }
  checkNotifierNames(findings, ["alerts", "escalate", "to"], memberOf(memberOf(alerts, "escalate"), "to"));
  for (const [name, slo] of membersOf(memberOf(value, "slos"))) checkSlo(findings, ["slos", name], slo);
}

function checkRule(findings: Findings, path: Path, rule: unknown): void {
  if (!NAME.test(String(path.at(-1)))) findings.atKey(path, NAME_FAULT);
  const has = (key: string): boolean => memberOf(rule, key) !== undefined;
  const [first, second] = CONDITION_KEYS.filter(has);
  if (first === undefined && memberOf(rule, "enabled") !== false) {
    findings.atKey(path, { message: "this rule watches nothing", fix: `add one of ${CONDITION_KEYS.join(", ")}` });
  }
  if (second !== undefined) {
    const message = `a rule has one condition; this one has ${first} too`;
    findings.atKey([...path, second], { message, fix: "write a second rule" });
  }
  for (const [key, conditions] of Object.entries(BELONGS_TO)) {
    if (!has(key) || conditions.some(has)) continue;
    findings.atKey([...path, key], {
      message: `"${key}" says nothing without ${conditions.join(" or ")}`,
      fix: "leave it out",
    });
  }
  const code = memberOf(rule, "code");
  if (typeof code === "string" && !Object.hasOwn(ERRORS, code)) {
    const near = byCloseness(code, Object.keys(ERRORS));
    const fix = near.length === 0 ? "docs/errors.md lists them" : `did you mean "${near[0]}"?`;
    findings.atValue([...path, "code"], { message: `there is no error ${shown(code)}`, fix });
  }
  for (const [index, endpoint] of textItems(memberOf(rule, "endpoints"))) {
    checkEndpoint(findings, [...path, "endpoints", index], endpoint);
  }
  checkLabels(findings, path, rule);
}

function checkEndpoint(findings: Findings, path: Path, endpoint: string): void {
  const endpoints = membersOf(memberOf(findings.yaml.value, "endpoints")).map(([name]) => name);
  if (endpoints.includes(endpoint)) return;
  const near = byCloseness(endpoint, endpoints);
  findings.atValue(path, {
    message: `there is no endpoint ${shown(endpoint)}`,
    fix: near.length === 0 ? "write the name of an endpoint of this file" : `did you mean "${near[0]}"?`,
  });
}

function checkLabels(findings: Findings, path: Path, section: unknown): void {
  for (const [label] of membersOf(memberOf(section, "labels"))) {
    const at = [...path, "labels", label];
    if (!LABEL.test(label)) {
      findings.atKey(at, {
        message: "this is no name of a label",
        fix: "use letters, digits and underscores, no digit first",
      });
    } else if (OWN_LABELS.has(label)) {
      findings.atKey(at, { message: `Rollward sets the label ${label} itself`, fix: "choose another name" });
    }
  }
}

function checkNotifierNames(findings: Findings, path: Path, list: unknown): void {
  const known = membersOf(memberOf(findings.yaml.value, "notifiers")).map(([name]) => name);
  for (const [index, name] of textItems(list)) {
    if (known.includes(name)) continue;
    const near = byCloseness(name, known);
    findings.atValue([...path, index], {
      message: `there is no notifier ${shown(name)}`,
      fix: near.length === 0 ? "add it under `notifiers`" : `did you mean "${near[0]}"?`,
    });
  }
}

function checkNotifier(findings: Findings, path: Path, notifier: unknown): void {
  const url = memberOf(notifier, "url");
  if (typeof url === "string" && baseUrlFault(url) === null) {
    const fault = baseUrlPlaceFault(url, memberOf(notifier, "allow_private") === true);
    if (fault !== null) {
      const fix = fault.fix.replace("the provider's own", "a public").replace("to the provider ", "beside it ");
      findings.atValue([...path, "url"], { message: fault.message, fix });
    }
  }
  const [user, password] = ["user_env", "password_env"].map((key) => memberOf(notifier, key) !== undefined);
  if (user === password) return;
  const key = user === true ? "user_env" : "password_env";
  findings.atKey([...path, key], {
    message: "a user name and a password belong together",
    fix: "name both, or neither",
  });
}

const NEEDS: Readonly<Record<string, string>> = {
  latency: "below",
  first_token: "below",
  quality: "at_least",
  spend: "at_most",
  availability: "objective",
};

function checkSlo(findings: Findings, path: Path, slo: unknown): void {
  if (!NAME.test(String(path.at(-1)))) findings.atKey(path, NAME_FAULT);
  const endpoint = memberOf(slo, "endpoint");
  if (typeof endpoint === "string") checkEndpoint(findings, [...path, "endpoint"], endpoint);
  checkLabels(findings, path, slo);
  const indicator = memberOf(slo, "indicator");
  const has = (key: string): boolean => memberOf(slo, key) !== undefined;
  const need = typeof indicator === "string" ? NEEDS[indicator] : undefined;
  if (need === undefined) return;
  if (!has(need))
    findings.atKey(path, { message: `a service level of ${String(indicator)} needs \`${need}\``, fix: "add it" });
  for (const key of ["below", "at_least", "at_most"]) {
    if (!has(key) || key === need) continue;
    findings.atKey([...path, key], { message: `"${key}" says nothing of ${String(indicator)}`, fix: "leave it out" });
  }
  if (has("refusals") && indicator !== "availability") {
    findings.atKey([...path, "refusals"], {
      message: `"refusals" says nothing of ${String(indicator)}`,
      fix: "leave it out",
    });
  }
  if (indicator === "spend" && has("objective")) {
    findings.atKey([...path, "objective"], {
      message: "the budget of spend is all of `at_most`",
      fix: "leave `objective` out",
    });
  } else if (indicator !== "spend" && indicator !== "availability" && !has("objective")) {
    findings.atKey(path, { message: "this service level promises nothing", fix: "add `objective`, such as 99%" });
  }
  checkWindows(findings, path, slo);
}

function checkWindows(findings: Findings, path: Path, slo: unknown): void {
  const parsed = sloSchema.safeParse(slo);
  if (!parsed.success) return;
  const { objective, at_least: atLeast, period = SLO_PERIOD_MS } = parsed.data;
  if (objective !== undefined && (objective <= 0 || objective >= 1)) {
    const message = "nothing may ever go wrong, or everything: there is no budget to burn";
    findings.atValue([...path, "objective"], { message, fix: "write a share between 0% and 100%, such as 99.5%" });
  }
  if (atLeast !== undefined && Math.abs(atLeast * 20 - Math.round(atLeast * 20)) > 1e-9) {
    findings.atValue([...path, "at_least"], {
      message: "scores are counted in steps of 0.05",
      fix: "write 0.65 or 0.7",
    });
  }
  const windows = windowsOf(parsed.data);
  const at = parsed.data.windows === undefined ? path : [...path, "windows"];
  if (windows.length === 0)
    findings.atKey(at, { message: "there is no pair of windows", fix: "name one, or leave `windows` out" });
  for (const message of windows.length === 0 ? [] : lintWindows(windows, period)) {
    findings.atKey(at, { message, fix: "write a pair of windows that fits" });
  }
  if (windows.some(({ shortMs }) => shortMs > LONGEST_SHORT_MS)) {
    findings.atKey(at, { message: "a short window of more than a day says nothing of now", fix: "make it shorter" });
  }
}
