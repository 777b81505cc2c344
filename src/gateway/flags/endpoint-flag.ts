import { mayCall } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { EvaluationContext } from "../../domain/flags/condition.ts";
import type { Evaluation, EvaluationError, Reason } from "../../domain/flags/evaluation.ts";
import { TARGETING_KEY } from "../../domain/flags/flag.ts";
import type { MetadataValue } from "../../domain/flags/flag.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Session } from "../../domain/traffic/assignment.ts";
import type { Route } from "../../domain/traffic/route.ts";
import { MAX_SESSION_ID, sessionUnit } from "../../domain/traffic/session.ts";
import type { Gateway } from "../gateway.ts";
import type { Placement } from "../open-call.ts";
import { place } from "../place.ts";
import type { Placing } from "../place.ts";
import { previewed } from "../previewed.ts";
import type { FlagQuestion } from "./open-flags.ts";

/** Names of flags that say which release of an endpoint a session gets; the name of the endpoint follows. */
export const ENDPOINT_FLAGS = "endpoint.";

/**
 * The release that a session would get if it called the endpoint now with this key: its name is the value, its arm the
 * variant. The session is `session` of the context, else its `targetingKey`. Nothing is remembered of it: the session is
 * not pinned and is no evidence. `null` where the key may not call the endpoint, or there is none.
 */
export function endpointFlag(gateway: Gateway, question: FlagQuestion, name: string): Evaluation | null {
  const endpoint = name.slice(ENDPOINT_FLAGS.length);
  const route = gateway.routes.byEndpoint(endpoint);
  if (route === undefined || !mayCall(question.key, endpoint)) return null;
  const { split, draining, withdrawn, preview } = route;
  const isSettled = split === null && draining === null && withdrawn === undefined && preview === undefined;
  if (isSettled) return evaluationOf(name, route, { release: route.stable, arm: "stable", reason: "STATIC" });
  const session = sessionIn(question.context);
  if ("code" in session) return failed(name, route, session);
  try {
    const placement = foresee(gateway, question, { route, session });
    const reason = placement.evidenceOf === null ? "DEFAULT" : "SPLIT";
    return evaluationOf(name, route, { ...placement, reason, why: placement.reason ?? null });
  } catch (error) {
    const { code, message } = RollwardError.from(error);
    // Sessions that the plan has ended get no release.
    if (code === "internal") throw error;
    return failed(name, route, { code: "GENERAL", message });
  }
}

/** Where a session would go, by the very rules of a call, with hands that do nothing. */
function foresee(
  { pins }: Gateway,
  { key, context }: FlagQuestion,
  { route, session }: { readonly route: Route; readonly session: Session },
): Placement {
  const texts = Object.entries(context).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const placing: Placing = {
    gateway: {
      pins: { get: (endpoint, unit) => pins.get(endpoint, unit), set: () => {} },
      observer: { assigned: () => {} },
    },
    call: { key, arrival: {}, request: { body: context, continues: false, variables: Object.fromEntries(texts) } },
    route,
    session,
    unit: sessionUnit(key.id, session),
  };
  return previewed(placing) ?? place(placing);
}

function sessionIn(context: EvaluationContext): Session | EvaluationError {
  const { session, [TARGETING_KEY]: targetingKey } = context;
  const id = session ?? targetingKey;
  if (typeof id !== "string" || id === "") {
    return {
      code: "TARGETING_KEY_MISSING",
      message: "Name the session in `session` or `targetingKey` of the context.",
    };
  }
  if (id.length <= MAX_SESSION_ID) return { id, source: "header" };
  return { code: "INVALID_CONTEXT", message: `The id of a session has at most ${MAX_SESSION_ID} characters.` };
}

interface Foreseen {
  readonly release: Release;
  readonly arm: Placement["arm"];
  readonly reason: Reason;
  readonly why?: string | null;
}

function evaluationOf(key: string, route: Route, { release, arm, reason, why }: Foreseen): Evaluation {
  const rollout = route.split?.rolloutId ?? route.draining?.rolloutId;
  const metadata: Record<string, MetadataValue> = {
    release: releaseName(release),
    number: release.number,
    digest: release.digest,
    arm,
    ...(rollout !== undefined && { rollout }),
    ...(route.split !== null && { weight: route.split.weight }),
    ...(why != null && { why }),
  };
  return { key, value: releaseName(release), variant: arm, reason, rule: null, cause: null, error: null, metadata };
}

function failed(key: string, route: Route, error: EvaluationError): Evaluation {
  const { stable } = route;
  return { ...evaluationOf(key, route, { release: stable, arm: "stable", reason: "ERROR" }), error };
}
