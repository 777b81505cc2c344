import type { AlertDelivery } from "../../domain/alerts/delivery.ts";
import type { NotifierSettings } from "../../domain/alerts/notifier-settings.ts";
import { fullJitterMs } from "../../kit/backoff.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { NotifierAnswer, Notifiers } from "../../ports/notifier.ts";

/** How often messages are looked for, ms. */
const EVERY_MS = 1_000;
/** First messages of groups of one notifier that are read at once. */
const MOST_HEADS = 200;
/** Rounds in one go: the second message of a group follows the first at once. */
const MOST_ROUNDS = 50;
/** A message that is being sent is nobody else's for so long, ms. */
const CLAIM_MS = 60_000;
/** Waits between two tries, ms. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** A message is given up after so long, ms: who hears three days later hears nothing new. */
const GIVE_UP_MS = 3 * 86_400_000;
/** So many that got no answer at all end a round of a notifier: the others would fare no better. */
const MOST_AWAY = 2;
/** And so long a notifier may take for its round, ms: meanwhile nobody looks for new messages to the others. */
const LANE_MS = 15_000;

const MOST_UNNOTED = 10_000;

const SENDING = "telling people of alerts";

/** What sending needs. */
export interface AlertSenderTerms {
  readonly outbox: Pick<AlertOutbox, "heads" | "claim" | "tried">;
  readonly notifiers: Pick<Notifiers, "tell">;
  /** `undefined` where an environment has no such notifier any more. */
  readonly settingsOf: (environment: string, notifier: string) => NotifierSettings | undefined;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** In [0, 1). */
  readonly random: () => number;
  /** One server sends. */
  readonly isLeader: () => boolean;
  /** What was sent and could not be noted as such, since the database went away meanwhile: by id, when. */
  readonly unnoted: Map<string, number>;
}

/** Sends messages of alerts: those of one group in their order, each until it is taken; the returned function ends that. */
export function sendAlerts(given: Omit<AlertSenderTerms, "unnoted">): () => void {
  const terms: AlertSenderTerms = { ...given, unnoted: new Map() };
  let isStopped = false;
  let isTroubled = false;
  let cancel = (): void => {};
  const turn = async (): Promise<void> => {
    try {
      if (terms.isLeader()) await sendDueAlerts(terms);
      if (isTroubled) terms.announcer.recovered(SENDING);
      isTroubled = false;
    } catch (error) {
      if (!isTroubled && !isStopped) terms.announcer.troubled(SENDING, error);
      isTroubled = true;
    }
    if (!isStopped) arm();
  };
  const arm = (): void => {
    cancel = terms.clock.after(EVERY_MS, () => void turn());
  };
  arm();
  return () => {
    isStopped = true;
    cancel();
  };
}

/** Sends what is due, notifiers beside each other, until nothing gets on any more. Rejects when the store is away. */
export async function sendDueAlerts(terms: AlertSenderTerms): Promise<void> {
  const away = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const heads = await terms.outbox.heads(terms.clock.now(), MOST_HEADS);
    const lanes = new Map<string, AlertDelivery[]>();
    for (const head of heads) {
      const key = JSON.stringify([head.environment, head.notifier]);
      if (!away.has(key)) lanes.set(key, [...(lanes.get(key) ?? []), head]);
    }
    const results = await Promise.all(
      [...lanes].map(async ([key, lane]) => ({ key, ...(await sendLane(terms, lane)) })),
    );
    for (const { key, isAway } of results) if (isAway) away.add(key);
    if (!results.some(({ sent }) => sent > 0)) return;
  }
}

/**
 * One notifier's messages. When one of them is due, so are all that were written before it: after an outage they go out in
 * their order, and not as the draws of their waits have it.
 */
async function sendLane(
  terms: AlertSenderTerms,
  lane: readonly AlertDelivery[],
): Promise<{ readonly sent: number; readonly isAway: boolean }> {
  const [now, begunAt] = [terms.clock.now(), terms.clock.elapsed()];
  const newest = Math.max(...lane.filter(({ dueAt }) => dueAt <= now).map(({ seq }) => seq));
  let [sent, away] = [0, 0];
  for (const delivery of lane.filter(({ seq }) => seq <= newest)) {
    const outcome = await sendOne(terms, delivery);
    if (outcome === "sent") sent += 1;
    away = outcome === "away" ? away + 1 : 0;
    if (away >= MOST_AWAY || terms.clock.elapsed() - begunAt >= LANE_MS) break;
  }
  return { sent, isAway: away > 0 };
}

async function sendOne(terms: AlertSenderTerms, delivery: AlertDelivery): Promise<"sent" | "over" | "away" | "later"> {
  const { outbox, notifiers, clock, settingsOf } = terms;
  const { id, environment, notifier, telling } = delivery;
  const now = clock.now();
  if (!(await outbox.claim(id, now, now + CLAIM_MS))) return "later";
  const sentAt = terms.unnoted.get(id);
  if (sentAt !== undefined) return noteSent(terms, id, sentAt);
  const settings = settingsOf(environment, notifier);
  const answer: NotifierAnswer =
    settings === undefined
      ? { isSent: false, trouble: "the project has no such notifier", isFinal: true }
      : await notifiers.tell(settings, { id, telling });
  if (answer.isSent) return noteSent(terms, id, clock.now());
  await outbox.tried(id, failureOf(terms, delivery, answer));
  if (answer.isFinal) terms.announcer.troubled(`telling ${notifier} of alerts`, new Error(answer.trouble));
  return answer.isFinal ? "over" : answer.isAway === true ? "away" : "later";
}

/** Nobody is told twice since the database went away between sending and noting it. */
async function noteSent({ outbox, unnoted }: AlertSenderTerms, id: string, sentAt: number): Promise<"sent"> {
  if (unnoted.size < MOST_UNNOTED) unnoted.set(id, sentAt);
  await outbox.tried(id, { sentAt });
  unnoted.delete(id);
  return "sent";
}

function failureOf(
  { clock, random }: AlertSenderTerms,
  { createdAt, tries }: AlertDelivery,
  { trouble, isFinal, retryAfterMs }: Extract<NotifierAnswer, { readonly isSent: false }>,
) {
  const now = clock.now();
  if (isFinal || now - createdAt >= GIVE_UP_MS) return { trouble, givenUpAt: now };
  const draw = (1 + random()) / 2;
  const waitMs = fullJitterMs({ retry: tries, firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random: draw });
  return { trouble, dueAt: now + Math.max(Math.ceil(waitMs), retryAfterMs ?? 0) };
}
