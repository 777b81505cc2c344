import { decide } from "../domain/rollout/decide.ts";
import type { Observation } from "../domain/rollout/observation.ts";
import { explainFacts } from "../domain/rollout/explain-facts.ts";
import { isTerminal } from "../domain/rollout/rollout.ts";
import type { Delivery } from "./delivery.ts";
import { observeGates, observeSessions, tellProvidersApart } from "./observe-gates.ts";
import { observeStages } from "./observe-stages.ts";
import { seeEvidence } from "./see-evidence.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { loadRollout, takeDecision } from "./take-decision.ts";
import type { StoredRollout } from "./take-decision.ts";

const MACHINE = { kind: "machine" } as const;

/**
 * A release's way, one look at one rollout: load, observe, decide, and take the decision. Level-triggered:
 * running it twice, late or after a crash does no harm. `watchedMs` is the time watched since the last look.
 * Returns whether anything was decided, so that the caller can look again at once.
 */
export async function reconcile(delivery: Delivery, rolloutId: string, watchedMs: number): Promise<boolean> {
  const stored = await loadRollout(delivery, rolloutId);
  if (stored === null || isTerminal(stored.rollout.phase)) return false;
  const ledger = delivery.observatory.watch(stored.rollout);
  ledger.watched(watchedMs);
  await tellProvidersApart(delivery, stored.rollout, ledger);
  const facts = decide(stored.rollout, await observe(delivery, stored, ledger));
  if (facts.length === 0) return false;
  const reason = explainFacts(stored.rollout, facts);
  const taken = await takeDecision(delivery, stored, { facts, actor: MACHINE, reason, idempotencyKey: null });
  if (taken.result === "appended" && facts.some(({ type }) => type === "TimeObserved")) ledger.timeLogged();
  return true;
}

async function observe(delivery: Delivery, stored: StoredRollout, ledger: SessionLedger): Promise<Observation> {
  const { rollout, channel } = stored;
  const candidate = await delivery.releases.byId(rollout.candidate);
  const gates = await observeGates(delivery, rollout).catch((error: unknown) => {
    // What only keeps a rollout from going on must not keep one from being rolled back.
    if (rollout.plan.mode !== "enforce" || !ledger.harm.hasCrossed()) throw error;
    return { frozen: true };
  });
  // All evidence at one moment: while something is waited for, more of it comes.
  const seen = seeEvidence(delivery, ledger);
  const { evidenceHash } = seen;
  const sessions = observeSessions(delivery, rollout, ledger);
  const stages = observeStages(delivery, rollout, { ledger, evidenceHash });
  return {
    observedMs: ledger.unloggedMs,
    ...seen,
    stepSessions: ledger.assignedIn(rollout.epoch),
    quietMs: delivery.clock.now() - ledger.lastOutcomeAt,
    routesAcked: delivery.replicas.areServing(rollout.channel, rollout.epoch),
    candidateResolvable: candidate !== null && delivery.isResolvable(candidate, rollout.channel.environment),
    controlHealthy: !ledger.recent.isStableFailing(delivery.clock.now()),
    nextEpoch: channel.epoch + 1,
    channelStable: channel.stable,
    channelFree: channel.rolloutId === null || channel.rolloutId === rollout.id,
    ...gates,
    ...sessions,
    ...(await stages),
  };
}
