import type { ReleaseContent, ReleasePolicies } from "../../domain/release/release.ts";
import type { SessionSource } from "../../domain/traffic/assignment.ts";
import { splitModel } from "../checks/check-models.ts";
import type { ProjectContents } from "../content/project-contents.ts";
import type { EndpointSettings } from "../project.ts";
import { DEFAULT_RETAIN_DAYS, DEFAULT_TIMEOUTS, type EndpointInput } from "../schema/endpoint-schema.ts";
import { buildFaultPolicy } from "./build-fault-policy.ts";
import { buildPlan } from "./build-plan.ts";

/** Where a session's identity is looked for unless an endpoint says otherwise. */
const DEFAULT_SESSIONS: readonly SessionSource[] = ["header", "metadata", "fingerprint", "call"];

function policiesOf(input: EndpointInput): ReleasePolicies {
  const record = input.record ?? "exact";
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
  };
}

/** An endpoint without mistakes; `contents` holds every file that it refers to. */
export function buildEndpoint(name: string, input: EndpointInput, contents: ProjectContents): EndpointSettings {
  const content: ReleaseContent = {
    format: "rollward.release/1",
    endpoint: name,
    prompt: input.prompt === undefined ? null : (contents.prompts.get(input.prompt) ?? null),
    models: input.models.map(splitModel).filter((target) => target !== null),
    parameters: input.parameters ?? {},
    tools: (input.tools ?? []).map((reference) => contents.tools.get(reference)).filter((tool) => tool !== undefined),
    policies: policiesOf(input),
  };
  return {
    name,
    description: input.description ?? "",
    content,
    plan: buildPlan(input.rollout),
    sessions: input.sessions ?? DEFAULT_SESSIONS,
  };
}
