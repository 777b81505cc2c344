import { byCloseness } from "../closest.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { shown } from "../source/mistakes.ts";

/** Who is told of traces is a provider that is there; a pool is not, as its members are other people's. */
export function checkTraces(findings: Findings): void {
  const { value } = findings.yaml;
  const providers = membersOf(memberOf(value, "providers")).map(([name]) => name);
  const named = memberOf(memberOf(memberOf(value, "telemetry"), "traces"), "propagate");
  for (const [index, name] of textItems(named)) {
    if (providers.includes(name)) continue;
    const [near] = byCloseness(name, providers);
    findings.atValue(["telemetry", "traces", "propagate", index], {
      message: `there is no provider ${shown(name)}`,
      fix: near === undefined ? "write the name of a provider" : `did you mean "${near}"?`,
    });
  }
}
