import { CHECK_KEYS } from "../schema/checks-schema.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import type { Path } from "../source/yaml-places.ts";

/** The checks that a metric counts the findings of, as YAML names both. */
const COUNTED = {
  refusals: ["refusal", "refusal_text"],
  invalid_output: ["empty", "truncated", "json", "tools"],
} as const;

/** On where nothing is said. */
const USUAL: ReadonlySet<string> = new Set(["refusal", "empty", "truncated"]);

/** What `checks` says together with the rest of its endpoint. */
export function checkAnswerChecks(findings: Findings): void {
  for (const [name, endpoint] of membersOf(memberOf(findings.yaml.value, "endpoints"))) {
    const path = ["endpoints", name];
    checkMetrics(findings, path, endpoint);
    checkHoldBack(findings, path, endpoint);
  }
}

/** A metric that nothing is ever counted for would prove any release harmless. */
function checkMetrics(findings: Findings, path: Path, endpoint: unknown): void {
  const metrics = memberOf(memberOf(endpoint, "rollout"), "metrics");
  const checks = memberOf(endpoint, "checks");
  const isOff = (check: string): boolean => {
    const action = memberOf(checks, check);
    return action === undefined ? !USUAL.has(check) : action === "off";
  };
  for (const [metric, counted] of Object.entries(COUNTED)) {
    const wanted = memberOf(metrics, metric);
    if (wanted === undefined || wanted === false || !counted.every(isOff)) continue;
    findings.atKey([...path, "rollout", "metrics", metric], {
      message: `nothing is looked for that this metric counts: ${counted.join(", ")} are off in \`checks\``,
      fix: `turn one of them on, for example \`${counted[0]}: record\``,
    });
  }
}

/** What is held until it is complete has no beginning to hold back. */
function checkHoldBack(findings: Findings, path: Path, endpoint: unknown): void {
  if (memberOf(endpoint, "hold_back") === undefined) return;
  const checks = memberOf(endpoint, "checks");
  const holding = Object.keys(CHECK_KEYS).find((key) => ["repair", "reject"].includes(String(memberOf(checks, key))));
  if (holding === undefined) return;
  findings.atKey([...path, "hold_back"], {
    message: `\`checks.${holding}\` holds every answer until it is complete, so there is no beginning to hold back`,
    fix: "remove this line",
  });
}
