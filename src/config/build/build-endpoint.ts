import type { Segments } from "../../domain/flags/condition.ts";
import type { ModelTarget, ReleaseContent, ReleasePolicies } from "../../domain/release/release.ts";
import { leastWindowMs } from "../../domain/rollout/impatience-of.ts";
import type { RolloutPlan } from "../../domain/rollout/plan.ts";
import type { SessionSource } from "../../domain/traffic/assignment.ts";
import { splitModel } from "../checks/check-models.ts";
import type { ProjectContents } from "../content/project-contents.ts";
import type { EndpointSettings } from "../project.ts";
import { DEFAULT_RETAIN_DAYS, DEFAULT_TIMEOUTS, type EndpointInput } from "../schema/endpoint-schema.ts";
import { buildCachePolicy } from "./build-cache-policy.ts";
import { buildChecks } from "./build-checks.ts";
import { buildContextPolicy } from "./build-context-policy.ts";
import type { WindowOf } from "./build-context-policy.ts";
import { buildFaultPolicy } from "./build-fault-policy.ts";
import { communicationOf } from "./build-gates.ts";
import { writtenRequired } from "./build-metrics.ts";
import { buildPlan } from "./build-plan.ts";
import { buildPromptCachePolicy } from "./build-prompt-cache-policy.ts";
import { buildRoutingPolicy } from "./build-routing-policy.ts";

/** Where a session's identity is looked for unless an endpoint says otherwise. */
const DEFAULT_SESSIONS: readonly SessionSource[] = ["header", "metadata", "fingerprint", "call"];

/** What is looked for in the answers of an endpoint with routing, unless it says otherwise. */
const ROUTING_CHECKS = { json: "record", tools: "record" } as const;

function policiesOf(input: EndpointInput, windowOf: WindowOf): ReleasePolicies {
  const record = input.record ?? "exact";
  // Routing is judged by what the checks find, and by the same checks for every session.
  const own = input.routing === undefined ? input.checks : { ...ROUTING_CHECKS, ...input.checks };
  const checks = buildChecks({ checks: own });
  const promptCache = buildPromptCachePolicy(input.prompt_cache);
  return {
    record,
    retainBodiesDays: record === "facts" ? 0 : (input.retain_bodies ?? DEFAULT_RETAIN_DAYS),
    timeouts: {
      connectMs: input.timeouts?.connect ?? DEFAULT_TIMEOUTS.connectMs,
      firstTokenMs: input.timeouts?.first_token ?? DEFAULT_TIMEOUTS.firstTokenMs,
      idleMs: input.timeouts?.idle ?? DEFAULT_TIMEOUTS.idleMs,
      totalMs: input.timeouts?.total ?? DEFAULT_TIMEOUTS.totalMs,
    },
    faults: buildFaultPolicy(input),
    ...(checks !== undefined && { checks }),
    ...(input.context !== undefined && {
      context: buildContextPolicy(input.context, { models: modelsOf(input), windowOf }),
    }),
    ...(input.routing !== undefined && { routing: buildRoutingPolicy(input.routing) }),
    ...(input.cache !== undefined && { cache: buildCachePolicy(input.cache) }),
    ...(promptCache !== null && { promptCache }),
  };
}

/** What an endpoint is built from beside its own words: every file that it refers to, and what models take. */
export interface EndpointSources extends ProjectContents {
  /** Conditions with a name, which plans write out. */
  readonly segments: Segments;
  readonly windowOf: WindowOf;
}

const modelsOf = ({ models }: EndpointInput): readonly ModelTarget[] =>
  models.map(splitModel).filter((target) => target !== null);

/** Unless the plan says when a session without an answer is a failure, a call has all its time. */
function patientPlan(plan: RolloutPlan, { rollout }: EndpointInput, { policies }: ReleaseContent): RolloutPlan {
  const leastMs = leastWindowMs(policies.timeouts.totalMs);
  if (rollout?.window?.within !== undefined || plan.window.withinMs >= leastMs) return plan;
  return { ...plan, window: { ...plan.window, withinMs: leastMs } };
}

/** An endpoint without mistakes. */
export function buildEndpoint(name: string, input: EndpointInput, contents: EndpointSources): EndpointSettings {
  const content: ReleaseContent = {
    format: "rollward.release/1",
    endpoint: name,
    prompt: input.prompt === undefined ? null : (contents.prompts.get(input.prompt) ?? null),
    models: modelsOf(input),
    parameters: input.parameters ?? {},
    tools: (input.tools ?? []).map((reference) => contents.tools.get(reference)).filter((tool) => tool !== undefined),
    policies: policiesOf(input, contents.windowOf),
  };
  const plan = patientPlan(buildPlan(input.rollout, contents.segments), input, content);
  return {
    name,
    description: input.description ?? "",
    content,
    plan: { ...plan, ...communicationOf(input) },
    isCostRequired: writtenRequired(input.rollout?.metrics, "cost") === true,
    sessions: input.sessions ?? DEFAULT_SESSIONS,
  };
}
