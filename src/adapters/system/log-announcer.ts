import type { Logger } from "pino";
import { referenceOf } from "../../domain/call/call-reference.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { subjectKey } from "../../domain/access/pause.ts";
import type { Announcer } from "../../ports/announcer.ts";

/** Bookkeeping of the log, not news. */
const QUIET: ReadonlySet<string> = new Set(["TimeObserved", "EvidenceSnapshot", "RoutesAcked"]);

/** Announces decisions and troubles as JSON log lines. */
export function createLogAnnouncer(log: Logger): Announcer {
  return {
    decided(rollout, events) {
      for (const { seq, fact, reason, actor } of events) {
        if (QUIET.has(fact.type)) continue;
        log.info(
          {
            rollout: rollout.id,
            endpoint: rollout.channel.endpoint,
            environment: rollout.channel.environment,
            seq,
            fact: fact.type,
            phase: rollout.phase,
            weight: rollout.weight,
            actor: actor.kind === "machine" ? "machine" : actor.keyId,
          },
          reason,
        );
      }
    },
    troubled(what, cause, about) {
      log.error({ ...about, err: cause }, `Trouble while ${what}; it will be tried again.`);
    },
    keyDoubted: (warning) => log.warn(warning),
    projectDoubted: (warning) => log.warn(warning),
    callEnded: (facts, untold) => tellCall(log, facts, untold),
    heldBack({ release, environment, rollout, how }) {
      log.warn({ release, environment, rollout }, `${release} is held back: it ${how}. Nobody said to begin it again.`);
    },
    pausedByRule({ id, subject, reason, rule, lifted }) {
      const facts = { pause: id, rule: rule?.name, subject: subjectKey(subject), outcome: rule?.outcome };
      if (rule?.outcome === "paused" && lifted !== null) log.warn(facts, `Calls are let in again. ${lifted.reason}`);
      else log.warn(facts, lifted === null ? `Calls are stopped. ${reason}` : `${reason} ${lifted.reason}`);
    },
    alertChanged({ rule, fingerprint, environment, endpoint, severity, episode, to, at, summary }) {
      const since = new Date(at).toISOString();
      const facts = { alert: rule, fingerprint, environment, endpoint, severity, episode, since };
      if (to === "resolved") log.info(facts, `The alert ${rule} is over: ${summary.replace(/^Over: /, "")}`);
      else log[severity === "info" ? "info" : "warn"](facts, `The alert ${rule} fires: ${summary}`);
    },
    recovered(what) {
      log.info(`No more trouble while ${what}.`);
    },
    ...moneyAnnouncer(log),
  };
}

/** What is told of money. */
function moneyAnnouncer(log: Logger): Pick<Announcer, "tooDear" | "budgetReleased" | "budgetEmptied" | "spent"> {
  return {
    tooDear({ subject, hour, spentPico, usualPico, why }) {
      const facts = { [subject.type]: subject.name, hour: new Date(hour).toISOString() };
      log.warn(
        { ...facts, spent_pico: spentPico.toString(), usual_pico: usualPico.toString() },
        `The hour of ${subject.type} ${subject.name} is too dear: ${why}.`,
      );
    },
    budgetReleased({ budget, releasedPico, by, reason }) {
      log.warn(
        { budget, releasedPico: `${releasedPico}`, by, reason },
        `What dead servers held of the budget ${budget} was given back.`,
      );
    },
    budgetEmptied({ budget, per, subject, window, limitPico }) {
      log.warn(
        { budget, per, subject, window, limitPico: `${limitPico}` },
        `The budget ${budget} has begun to refuse calls: nothing cheaper can answer with what is left.`,
      );
    },
    spent({ account, percent, settledPico }) {
      const { budget, per, subject, window, limitPico } = account;
      log.warn(
        { budget, per, subject, window, percent, spentPico: `${settledPico}`, limitPico: `${limitPico}` },
        `The budget ${budget} has reached ${percent} %.`,
      );
    },
  };
}

/** One line for a call: what became of it, and how its last failed attempt failed in the provider's words. */
function tellCall(log: Logger, facts: CallFacts, untold: number): void {
  const { outcome, status, errorCode, tier, provider, model, attempts, totalMs, firstTokenMs, costPico, keyId } = facts;
  const failure = attempts.findLast(({ error, end }) => error !== null && end !== "abandoned")?.error ?? null;
  const fields = {
    ...referenceOf(facts),
    key: keyId,
    outcome,
    status,
    ...(errorCode !== null && { code: errorCode }),
    tier,
    provider,
    model,
    attempts: attempts.length,
    ms: totalMs,
    first_token_ms: firstTokenMs,
    cost_pico: costPico.toString(),
    ...(untold > 0 && { untold }),
    ...(failure !== null && { attempt_code: failure.code, attempt_error: failure.message }),
  };
  if (outcome === "failed") log.warn(fields, `A call failed: ${errorCode ?? "internal"}.`);
  else if (failure !== null) log.warn(fields, `A call was answered after a failed attempt: ${failure.code}.`);
  else log.info(fields, outcome === "ok" ? "A call was answered." : "A client left its call.");
}
