import type { GatePlan } from "../../domain/rollout/gates/gate-plan.ts";
import type { DataChange, NotifyPlan } from "../../domain/rollout/notice-plan.ts";
import type { RolloutPlan } from "../../domain/rollout/plan.ts";
import type { TriggerPlan } from "../../domain/rollout/trigger-plan.ts";
import { HTTP_EVERY_MS, RUN_TIMEOUT_MS } from "../schema/gates-schema.ts";
import type { CommunicationInput } from "../schema/communication-schema.ts";
import type { GateInput, TriggerInput } from "../schema/gates-schema.ts";
import type { RolloutInput } from "../schema/rollout-schema.ts";
import { metricNamed } from "./build-strategy.ts";
import { DEFAULT_ZONE, buildWindows } from "./build-windows.ts";

const DAY_MS = 24 * 60 * 60_000;

/** The members of a plan about gates, triggers and faults of providers. */
export function gatingOf({
  gates = {},
  triggers = [],
  provider_fault: providerFault = "hold",
}: RolloutInput): GatingPlan {
  const built = Object.entries(gates).map(([name, gate]) => gateOf(name, gate));
  return {
    ...(built.length > 0 && { gates: built }),
    ...(triggers.length > 0 && { triggers: triggers.flatMap((trigger) => triggerOf(trigger) ?? []) }),
    providerFault,
  };
}

type GatingPlan = Pick<RolloutPlan, "gates" | "triggers" | "providerFault">;

/** A gate of a zone that is known. */
export function gateOf(name: string, gate: GateInput): GatePlan {
  const { at, step, on_failure: onFailure = "hold", timeout } = gate;
  const runs = gate.kind === "command" || gate.kind === "http" || gate.kind === "backtest";
  const timeoutMs = timeout ?? (runs ? RUN_TIMEOUT_MS : null);
  const terms = { name, at, onFailure, timeoutMs, ...(step !== undefined && { weight: step }) };
  switch (gate.kind) {
    case "command":
      return { ...terms, kind: gate.kind, program: gate.program, args: gate.args ?? [] };
    case "http": {
      const {
        kind,
        url,
        secret_env: secretEnv,
        every: everyMs = HTTP_EVERY_MS,
        allow_private: allowPrivate = false,
      } = gate;
      return { ...terms, kind, url, secretEnv, everyMs, allowPrivate };
    }
    case "backtest": {
      const {
        kind,
        calls = 7 * DAY_MS,
        sample = 200,
        budget_usd: budgetPico = null,
        needs_proof: needsProof = false,
      } = gate;
      return { ...terms, kind, callsWithinMs: calls, sample, budgetPico, needsProof };
    }
    case "evidence":
      return { ...terms, kind: gate.kind, metrics: gate.metrics.map(metricNamed) };
    case "approval":
      return {
        ...terms,
        kind: gate.kind,
        roles: gate.roles ?? [],
        count: gate.count ?? 1,
        fourEyes: gate.four_eyes ?? true,
      };
    case "soak":
      return { ...terms, kind: gate.kind, forMs: gate.for };
    case "schedule": {
      const { kind, zone = DEFAULT_ZONE, windows } = gate;
      return { ...terms, kind, zone, windows: buildWindows(windows, zone) };
    }
    case "depends_on":
      return { ...terms, kind: gate.kind, endpoint: gate.endpoint, release: gate.release ?? null };
    default:
      return { ...terms, kind: gate.kind };
  }
}

const TEN_MINUTES_MS = 10 * 60_000;
const LEAST_SESSIONS = 50;

/** The thresholds that a trigger may have; a correct one has just one of them. */
export const THRESHOLDS = [
  "errors_above",
  "errors_times",
  "latency_above",
  "latency_times",
  "cost_above_usd",
  "cost_times",
] as const;

function triggerOf(input: TriggerInput): TriggerPlan | null {
  const key = THRESHOLDS.find((one) => input[one] !== undefined);
  const limit = key === undefined ? undefined : input[key];
  if (key === undefined || limit === undefined) return null;
  const measure = key.startsWith("errors") ? "errors" : key.startsWith("latency") ? "latency" : "cost";
  return {
    measure,
    above: key.endsWith("_times") ? { type: "times", times: limit } : { type: "value", value: limit },
    withinMs: input.within ?? TEN_MINUTES_MS,
    leastSessions: input.sessions ?? LEAST_SESSIONS,
    action: input.action ?? "hold",
  };
}

const ALL_EVENTS: NotifyPlan["events"] = ["started", "advanced", "held", "approval_asked", "promoted", "rolled_back"];

/** The members of a plan about people and data. */
export function communicationOf({
  notify = {},
  changes = [],
}: CommunicationInput): Pick<RolloutPlan, "notify" | "changes"> {
  const listeners = Object.entries(notify).map(([name, one]): NotifyPlan => {
    const { who = [], webhook: url, secret_env: secretEnv, allow_private: allowPrivate = false, events } = one;
    const webhook = url === undefined || secretEnv === undefined ? null : { url, secretEnv, allowPrivate };
    return { name, who, webhook, events: events ?? ALL_EVENTS };
  });
  const built = changes.map(({ back = null, ...change }): DataChange => ({ ...change, back }));
  return { ...(listeners.length > 0 && { notify: listeners }), ...(built.length > 0 && { changes: built }) };
}
