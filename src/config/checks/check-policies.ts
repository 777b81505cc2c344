import { buildPlan, planFaults } from "../build/build-plan.ts";
import { writtenFaults } from "../build/strategy-faults.ts";
import { type Findings, memberOf, membersOf, textItems } from "../findings.ts";
import { checkFrozenConditions } from "./check-conditions.ts";
import { DEFAULT_RETAIN_FACTS_DAYS, configSchema } from "../schema/config-schema.ts";
import { DEFAULT_RETAIN_DAYS, endpointSchema } from "../schema/endpoint-schema.ts";
import { rolloutSchema } from "../schema/rollout-schema.ts";
import type { Path } from "../source/yaml-places.ts";
import { spellDuration } from "../units.ts";

function checkRollout(findings: Findings, path: Path, rollout: unknown): void {
  const parsed = rolloutSchema.safeParse(rollout);
  if (!parsed.success) return;
  const written = writtenFaults(parsed.data);
  const faults = written.length > 0 ? written : planFaults(buildPlan(parsed.data));
  for (const { path: inside, ...fault } of faults) findings.atValue([...path, ...inside], fault);
  const target = memberOf(rollout, "target");
  if (target !== undefined) checkFrozenConditions(findings, [...path, "target"], target);
}

function checkTimeouts(findings: Findings, path: Path, timeouts: unknown): void {
  const parsed = endpointSchema.shape.timeouts.safeParse(timeouts);
  if (!parsed.success || parsed.data?.total === undefined) return;
  const { total } = parsed.data;
  for (const key of ["connect", "first_token", "idle"] as const) {
    const limit = parsed.data[key];
    if (limit !== undefined && limit > total) {
      findings.atValue([...path, key], {
        message: `${spellDuration(limit)} is more than the ${spellDuration(total)} of \`total\` and would never be reached`,
        fix: "lower it, or raise `total`",
      });
    }
  }
}

function checkSessions(findings: Findings, path: Path, sessions: unknown): void {
  const items = textItems(sessions);
  for (const [index, source] of items) {
    const isTwice = items.some(([other, same]) => other < index && same === source);
    const isLate = items.some(([other, earlier]) => other < index && earlier === "call");
    if (isTwice) findings.atValue([...path, index], { message: `"${source}" is here twice`, fix: "remove one" });
    else if (isLate)
      findings.atValue([...path, index], {
        message: `nothing after "call" is ever looked at, because every call has one`,
        fix: `put "call" last`,
      });
  }
}

function checkFailures(findings: Findings, path: Path, model: unknown): void {
  const failures = membersOf(memberOf(model, "failures")).filter(([key]) => key !== "retry_after");
  const percents = failures.map(([, value]) => (typeof value === "string" ? Number.parseFloat(value) : 0));
  const total = percents.reduce((sum, one) => sum + one, 0);
  if (total > 100 + 1e-9)
    findings.atValue([...path, "failures"], {
      message: `the failures add up to ${Number(total.toFixed(6))}%`,
      fix: "lower them to at most 100% together",
    });
}

/** Days as the schema reads them, or `fallback` where there are none; `null` for what is a mistake already. */
function daysOf(value: unknown, fallback: number): number | null {
  const parsed = configSchema.shape.retain_facts.safeParse(value);
  return parsed.success ? (parsed.data ?? fallback) : null;
}

/** Bytes are found through the facts of their call, so they may not outlive them. */
function checkRetention(findings: Findings, path: Path, endpoint: unknown): void {
  const retainFacts = memberOf(findings.yaml.value, "retain_facts");
  const retainBodies = memberOf(endpoint, "retain_bodies");
  const facts = daysOf(retainFacts, DEFAULT_RETAIN_FACTS_DAYS);
  const bodies = daysOf(retainBodies, DEFAULT_RETAIN_DAYS);
  if (facts === null || bodies === null || bodies <= facts || memberOf(endpoint, "record") === "facts") return;
  const message = `bytes would be kept for ${bodies} days and the facts of their calls, through which they are found, for ${facts}`;
  if (retainBodies === undefined) {
    findings.atValue(["retain_facts"], { message, fix: `set \`retain_bodies: ${facts}d\` in ${path.join(".")}` });
  } else {
    findings.atValue([...path, "retain_bodies"], { message, fix: `lower it, or set \`retain_facts: ${bodies}d\`` });
  }
}

/** What keys of an endpoint or a simulated model say together. */
export function checkPolicies(findings: Findings): void {
  const { value } = findings.yaml;
  for (const [name, endpoint] of membersOf(memberOf(value, "endpoints"))) {
    const path = ["endpoints", name];
    const rollout = memberOf(endpoint, "rollout");
    if (rollout !== undefined) checkRollout(findings, [...path, "rollout"], rollout);
    checkTimeouts(findings, [...path, "timeouts"], memberOf(endpoint, "timeouts"));
    checkSessions(findings, [...path, "sessions"], memberOf(endpoint, "sessions"));
    checkRetention(findings, path, endpoint);
    if (memberOf(endpoint, "record") === "facts" && memberOf(endpoint, "retain_bodies") !== undefined) {
      findings.atKey([...path, "retain_bodies"], {
        message: "with `record: facts` there are no bytes to keep",
        fix: "remove this line, or write `record: exact`",
      });
    }
  }
  for (const [name, provider] of membersOf(memberOf(value, "providers"))) {
    if (memberOf(provider, "kind") !== "simulated") continue;
    for (const [id, model] of membersOf(memberOf(provider, "models")))
      checkFailures(findings, ["providers", name, "models", id], model);
  }
}
