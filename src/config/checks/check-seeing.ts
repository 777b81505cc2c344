import { byCloseness } from "../closest.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";

/** The status page and reports: that the endpoints, components and notifiers which they name are there. */
export function checkSeeing(findings: Findings): void {
  const { value } = findings.yaml;
  const page = memberOf(value, "status_page");
  const endpoints = membersOf(memberOf(value, "endpoints")).map(([name]) => name);
  const components = membersOf(memberOf(page, "components"));
  for (const [name, component] of components) {
    const path = ["status_page", "components", name, "endpoints"];
    checkNames(findings, path, { list: memberOf(component, "endpoints"), known: endpoints, what: "endpoint" });
  }
  const keys = components.map(([name]) => name);
  for (const [name, maintenance] of membersOf(memberOf(page, "maintenance"))) {
    const path = ["status_page", "maintenance", name];
    const list = memberOf(maintenance, "components");
    checkNames(findings, [...path, "components"], { list, known: keys, what: "component" });
    checkSpan(findings, path, maintenance);
  }
  const notifiers = membersOf(memberOf(value, "notifiers"));
  const mailers = notifiers.filter(([, notifier]) => memberOf(notifier, "kind") === "email").map(([name]) => name);
  for (const [name, report] of membersOf(memberOf(value, "reports"))) {
    const list = memberOf(report, "to");
    checkNames(findings, ["reports", name, "to"], { list, known: mailers, what: "notifier of the kind email" });
  }
}

interface Names {
  readonly list: unknown;
  readonly known: readonly string[];
  readonly what: string;
}

function checkNames(findings: Findings, path: Path, { list, known, what }: Names): void {
  for (const [index, name] of textItems(list)) {
    if (known.includes(name)) continue;
    const [near] = byCloseness(name, [...known]);
    const fix =
      near === undefined
        ? `name one that there is: ${known.join(", ") || "there is none yet"}`
        : `did you mean "${near}"?`;
    findings.atValue([...path, index], { message: `there is no ${what} ${shown(name)}`, fix });
  }
}

function checkSpan(findings: Findings, path: Path, maintenance: unknown): void {
  const [from, until] = [memberOf(maintenance, "from"), memberOf(maintenance, "until")];
  if (typeof from !== "string" || typeof until !== "string") return;
  if (Date.parse(from) < Date.parse(until) || Number.isNaN(Date.parse(from))) return;
  findings.atValue([...path, "until"], {
    message: "it is over before it begins",
    fix: "write a later moment than `from`",
  });
}
