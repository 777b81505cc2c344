import { type Findings, memberOf, membersOf } from "../findings.ts";
import { NAME } from "../schema/config-schema.ts";
import { checkOnly, NAME_FAULT } from "./check-meters.ts";

const CONDITIONS = ["hour_above", "hour_times_usual", "errors_above"] as const;

/** Keys that mean something with one condition alone. */
const BELONGS_TO = { least: "hour_times_usual", within: "errors_above", calls: "errors_above" } as const;

/** Names of rules, what they watch, and that each has one cause to stop for. */
export function checkPauses(findings: Findings): void {
  for (const [name, rule] of membersOf(memberOf(findings.yaml.value, "pauses"))) {
    const path = ["pauses", name];
    if (!NAME.test(name)) findings.atKey(path, NAME_FAULT);
    checkOnly(findings, path, rule);
    const has = (key: string): boolean => memberOf(rule, key) !== undefined;
    const [first, second] = CONDITIONS.filter(has);
    if (first === undefined) {
      findings.atKey(path, { message: "this rule stops nothing", fix: `add one of ${CONDITIONS.join(", ")}` });
    }
    if (second !== undefined) {
      const message = `a rule stops for one cause; this one has ${first} too`;
      findings.atKey([...path, second], { message, fix: "write a second rule" });
    }
    for (const [key, condition] of Object.entries(BELONGS_TO)) {
      if (!has(key) || has(condition)) continue;
      findings.atKey([...path, key], { message: `"${key}" says nothing without ${condition}`, fix: "leave it out" });
    }
    if (memberOf(rule, "errors_above") === "100%") {
      const message = "more than 100 % of calls cannot fail";
      findings.atValue([...path, "errors_above"], { message, fix: "write a smaller share, for example 50%" });
    }
  }
}
