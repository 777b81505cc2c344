import type { RollwardError } from "../../domain/errors.ts";
import { askedWaitOf } from "../../domain/health/fault-class.ts";
import type { LimitClaim } from "../../domain/limits/limit-rule.ts";
import type { Need } from "../../domain/limits/learned/learned-limit.ts";
import { PACE_MS } from "../../domain/limits/learned/quota-meter.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { isPass } from "../../ports/limiter.ts";
import type { LimitPass, LimitRefusal } from "../../ports/limiter.ts";
import type { Gateway } from "../gateway.ts";
import { callSubjectsOf } from "../meters/call-subjects-of.ts";
import { likelyInputTokens, likelyTokens } from "../meters/expected-tokens.ts";
import { noteTurnedAway, rankOf, visitOf } from "../meters/visit-of.ts";
import type { OpenCall } from "../open-call.ts";
import { refusePaused } from "../refuse-paused.ts";
import type { Hold } from "./find-place.ts";
import type { PlannedTarget } from "./plan-of.ts";
import type { ProviderLine, Trip } from "./trip.ts";

/** The line of those who wait until a provider has something left; absent where calls do not wait. */
export function providerLine({ waiting }: Gateway, { settings }: OpenCall): ProviderLine | undefined {
  const { queue = null } = settings.meters ?? {};
  if (queue === null) return undefined;
  const isTaken: ProviderLine["isTaken"] = ({ target }) => !waiting.isEmpty && waiting.hasLine(nameOf(target));
  return { longestWaitMs: queue.longestWaitMs, isTaken };
}

/** What a call takes of a provider's limits, worked out once and only where it matters. */
export function needOf(gateway: Gateway, open: OpenCall): () => Need {
  let need: Need | null = null;
  return () => {
    if (need !== null) return need;
    const input = likelyInputTokens(open);
    const all = likelyTokens(gateway, open);
    need = { requests: 1, tokens: all, "input-tokens": input, "output-tokens": all - input };
    return need;
  };
}

/**
 * Waits until the target that is next has something left for the call, behind those who came before it. The trip is
 * told whether its turn has come. Throws `paused` where somebody has stopped such calls meanwhile.
 */
export async function waitInLine(gateway: Gateway, open: OpenCall, trip: Trip): Promise<void> {
  const { queue = null } = open.settings.meters ?? {};
  const { planned } = trip;
  if (queue === null || planned === undefined) return;
  const claim = claimOf(gateway, planned);
  const turn: { hold: Hold | null } = { hold: null };
  const take = (): LimitPass | LimitRefusal => {
    const kept = trip.hold();
    if (typeof kept === "number") return { claim, kind: "requests", retryAfterMs: kept, states: [] };
    turn.hold = kept;
    return { states: [], settle: () => kept.release() };
  };
  const subjects = callSubjectsOf(open);
  const visit = { claims: [claim], tokens: likelyTokens(gateway, open), rank: rankOf(queue, subjects), subjects, take };
  const longestWaitMs = Math.min(queue.longestWaitMs, Math.max(0, trip.remainingMs));
  const answer = await gateway.waiting.enter(visitOf(gateway, open, visit), { ...queue, longestWaitMs });
  if (isPass(answer) && turn.hold !== null) {
    trip.letIn(turn.hold);
    return refusePaused(gateway, open);
  }
  // Its place in the line was taken from it; no provider has turned it away.
  if (open.stopped != null) return;
  const stillMs = trip.hold();
  if (typeof stillMs !== "number") stillMs.release();
  const waitMs = Math.max(isPass(answer) ? 0 : answer.retryAfterMs, typeof stillMs === "number" ? stillMs : 0);
  trip.turnedAway(waitMs);
}

/** A call that found no place in the line is told of it too. */
export function noteRefusal(gateway: Gateway, open: OpenCall, error: RollwardError): void {
  const waitMs = error.code === "provider_rate_limited" ? askedWaitOf(error) : null;
  if (waitMs !== null && open.settings.meters?.queue != null) noteTurnedAway(gateway, open, waitMs);
}

/** A provider's limit as a limit to wait for; its pace is what its keys have told, for estimates. */
function claimOf({ clock }: Gateway, { target, deployments }: PlannedTarget): LimitClaim {
  const now = clock.elapsed();
  const amount = Math.floor(deployments.reduce((sum, { health }) => sum + health.keys.pace(now), 0));
  const requests = amount < 1 ? null : { amount, windowMs: PACE_MS, burst: 1 };
  const rule = { name: nameOf(target), per: "model", only: {}, requests, tokens: null, concurrent: null } as const;
  return { rule, subject: "" };
}

/** No name of a configured limit has a slash. */
const nameOf = ({ provider, model }: ModelTarget): string => `${provider}/${model}`;
