import type { Alert, AlertTransition } from "./alert.ts";
import type { AlertRouting } from "./alert-settings.ts";
import type { DeliveryReason, Telling } from "./delivery.ts";
import type { AlertDesk, AlertGroup, GroupMember } from "./desk.ts";
import { makeTelling, worstOf } from "./make-telling.ts";
import { silenceOf } from "./silence.ts";
import type { Silence } from "./silence.ts";

/** What who is told depends on, beside what has happened. */
export interface TellTerms {
  readonly now: number;
  readonly routing: AlertRouting;
  readonly silences: readonly Silence[];
  /** How often a rule tells again, ms. */
  readonly renotifyMs: (rule: string) => number | null;
  /** Alerts that fire, with who has acknowledged them and what they say now, by fingerprint. */
  readonly firing: ReadonlyMap<string, Pick<Alert, "episode" | "acknowledged"> & Partial<Pick<Alert, "summary">>>;
}

/** A message to one notifier. */
export interface GroupMessage {
  readonly notifier: string;
  readonly subject: string;
  readonly telling: Telling;
}

/** A desk and the messages that it gives out, in their order. */
export interface Told {
  readonly desk: AlertDesk;
  readonly messages: readonly GroupMessage[];
}

/** The rule of alerts that other systems sent here: they have told people themselves. */
export const OUTSIDE_RULE = "outside";

/**
 * Takes in what has happened, in its order, and answers who is to be told what. Nothing that fired is left out: what has
 * fired and is over again before anybody could be told is told as both. Pure: written together with its messages, the desk
 * makes them exactly once.
 */
export function tellGroups(desk: AlertDesk, transitions: readonly AlertTransition[], terms: TellTerms): Told {
  const teller = new Teller(desk, terms);
  for (const transition of transitions) teller.take(transition);
  return teller.tell();
}

/** Which alerts of its group a message names, and who has seen them. */
interface Words {
  readonly members: readonly GroupMember[];
  readonly by?: string;
}

class Teller {
  readonly #desk: AlertDesk;
  readonly #terms: TellTerms;
  readonly #messages: GroupMessage[] = [];
  #groups: AlertGroup[];
  #cursor: number;
  #nextNumber: number;

  constructor(desk: AlertDesk, terms: TellTerms) {
    this.#desk = desk;
    this.#terms = terms;
    this.#groups = [...desk.groups];
    this.#cursor = desk.cursor;
    this.#nextNumber = desk.nextNumber;
  }

  take(transition: AlertTransition): void {
    if (transition.seq <= this.#cursor) return;
    this.#cursor = transition.seq;
    if (transition.rule === OUTSIDE_RULE) return;
    if (transition.to === "firing") this.#fire(transition);
    if (transition.to === "resolved") this.#resolve(transition);
  }

  tell(): Told {
    const { now } = this.#terms;
    for (const group of this.#groups) {
      if (this.#isDue(group)) this.#flush(group);
    }
    for (const group of this.#groups) this.#follow(group, now);
    const groups = this.#groups;
    const { version } = this.#desk;
    const desk = { ...this.#desk, version: version + 1, cursor: this.#cursor, nextNumber: this.#nextNumber, groups };
    return { desk, messages: this.#messages };
  }

  #fire(transition: AlertTransition): void {
    const { routing } = this.#terms;
    // Who is told already of this alert, escalated or by an earlier severity, goes on being told.
    const further = this.#groups
      .filter(({ members }) => members.some(isOf(transition)))
      .map(({ notifier }) => notifier);
    // It fires anew before its end was told: both are told, each for itself. The second flush tells the end.
    for (let flush = 0; flush < 2; flush += 1) {
      for (const group of this.#groups) if (group.members.some(isBefore(transition))) this.#flush(group);
    }
    for (const notifier of new Set([...routing.notify[transition.severity], ...further])) {
      this.#join(notifier, transition);
    }
  }

  #join(notifier: string, transition: AlertTransition): void {
    const subject = transition.endpoint ?? "";
    const group = this.#find(notifier, subject) ?? this.#open(notifier, subject);
    const others = group.members.filter((each) => !isOf(transition)(each));
    const { now, routing } = this.#terms;
    this.#replace(group, {
      ...group,
      members: [...others, memberOf(transition, this.#terms.renotifyMs(transition.rule))],
      flushAt: Math.min(group.flushAt ?? Infinity, now + routing.groupWaitMs),
    });
  }

  #resolve(transition: AlertTransition): void {
    const { now, routing } = this.#terms;
    for (const group of this.#groups) {
      if (!group.members.some(isOf(transition))) continue;
      this.#replace(group, {
        ...group,
        members: group.members.map((each) =>
          isOf(transition)(each)
            ? { ...each, status: "resolved", endsAt: transition.at, over: transition.summary }
            : each,
        ),
        flushAt: Math.min(group.flushAt ?? Infinity, now + routing.groupWaitMs),
      });
    }
  }

  #isDue(group: AlertGroup): boolean {
    if (group.flushAt !== null) return group.flushAt <= this.#terms.now;
    return group.members.some((each) => !each.isTold && each.status === "firing" && !this.#isSilenced(each));
  }

  /** Tells what has changed: first what fires, then what is over. */
  #flush(group: AlertGroup): void {
    const heard = group.members.filter((each) => each.isTold || !this.#isSilenced(each));
    const isNews = heard.some(({ isTold }) => !isTold);
    let { firstToldAt, toldAt } = group;
    const { now } = this.#terms;
    if (isNews) {
      // What nobody knew of is told as firing, also if it is over by now.
      const members = heard.map((each) => (each.isTold ? each : { ...each, status: "firing" as const, endsAt: null }));
      this.#say(group, firstToldAt === null ? "fired" : "changed", { members });
      firstToldAt ??= now;
      toldAt = now;
    }
    const firing = heard.filter(({ status }) => status === "firing");
    const unheard = group.members.filter((each) => each.status === "firing" && !heard.includes(each));
    const hasEnded = heard.some(({ status, isTold }) => status === "resolved" && (isTold || firing.length === 0));
    if (heard.length > 0 && hasEnded) {
      this.#say(group, firing.length === 0 ? "resolved" : "changed", { members: heard });
      toldAt = now;
    }
    const members = [...firing.map((each) => ({ ...each, isTold: true })), ...unheard];
    if (members.length === 0) return this.#drop(group);
    // What is over and was told as firing a moment ago is told as over with the next message.
    const owed = firing.length === 0 ? [] : heard.filter(({ status, isTold }) => status === "resolved" && !isTold);
    const rest = [...members, ...owed.map((each) => ({ ...each, isTold: true }))];
    const isAnew = firing.length === 0;
    this.#replace(group, {
      ...group,
      members: rest,
      flushAt: owed.length > 0 ? now : null,
      firstToldAt: isAnew ? null : firstToldAt,
      toldAt: isAnew ? null : toldAt,
      ...(isAnew && { number: this.#number(), acknowledgedBy: null, isEscalated: false }),
    });
  }

  /** What nothing has changed about: somebody has seen it, nobody has, or it is time to tell again. */
  #follow(group: AlertGroup, now: number): void {
    const { firstToldAt, toldAt, acknowledgedBy } = group;
    if (firstToldAt === null || toldAt === null || acknowledgedBy !== null) return;
    const members = group.members.filter(({ isTold, status }) => isTold && status === "firing");
    const by = this.#seenBy(members);
    if (by !== null) {
      this.#say(group, "acknowledged", { members, by });
      return this.#replace(group, { ...group, acknowledgedBy: by });
    }
    const { escalation } = this.#terms.routing;
    const isLate = escalation !== null && now - firstToldAt >= escalation.afterMs;
    if (isLate && !group.isEscalated && worstOf(members) === "critical") return this.#escalate(group, members);
    const everyMs = Math.min(...members.map(({ renotifyMs }) => renotifyMs ?? Infinity));
    if (now - toldAt < everyMs || everyMs === Infinity) return;
    this.#say(group, "renotified", { members });
    this.#replace(group, { ...group, toldAt: now });
  }

  #seenBy(members: readonly GroupMember[]): string | null {
    const { firing } = this.#terms;
    for (const { fingerprint, episode } of members) {
      const alert = firing.get(fingerprint);
      if (alert?.episode === episode && alert.acknowledged !== null) return alert.acknowledged.by;
    }
    return null;
  }

  #escalate(group: AlertGroup, members: readonly GroupMember[]): void {
    const { now, routing } = this.#terms;
    const told = { ...group, isEscalated: true };
    this.#replace(group, told);
    for (const notifier of routing.escalation?.to ?? []) {
      if (notifier === group.notifier || this.#find(notifier, group.subject) !== undefined) continue;
      const further = { ...told, notifier, members, flushAt: null, firstToldAt: now, toldAt: now };
      this.#groups = [...this.#groups, further];
      this.#say(further, "escalated", { members });
    }
  }

  #say(group: AlertGroup, reason: DeliveryReason, words: Words): void {
    const { environment } = this.#desk;
    const { notifier, subject } = group;
    const members = words.members.map((each) => this.#inWordsOfNow(each));
    const telling = makeTelling({ reason, environment, group, at: this.#terms.now, ...words, members });
    this.#messages.push({ notifier, subject, telling });
  }

  /** What fires is told as it is now, and what is over as what it was. */
  #inWordsOfNow(member: GroupMember): GroupMember {
    const { fingerprint, episode, status, summary, over } = member;
    if (status === "resolved") return { ...member, summary: over ?? summary };
    const alert = this.#terms.firing.get(fingerprint);
    return alert?.episode === episode && alert.summary !== undefined ? { ...member, summary: alert.summary } : member;
  }

  #isSilenced({ labels }: GroupMember): boolean {
    return silenceOf(this.#terms.silences, labels, this.#terms.now) !== undefined;
  }

  #find(notifier: string, subject: string): AlertGroup | undefined {
    return this.#groups.find((each) => each.notifier === notifier && each.subject === subject);
  }

  #open(notifier: string, subject: string): AlertGroup {
    const number = this.#groups.find((each) => each.subject === subject)?.number ?? this.#number();
    const group: AlertGroup = {
      notifier,
      subject,
      number,
      members: [],
      flushAt: null,
      firstToldAt: null,
      toldAt: null,
      acknowledgedBy: null,
      isEscalated: false,
    };
    this.#groups = [...this.#groups, group];
    return group;
  }

  /** Seconds, so that numbers go on where a desk was lost; never the same twice. */
  #number(): number {
    const number = Math.max(this.#nextNumber, Math.floor(this.#terms.now / 1_000));
    this.#nextNumber = number + 1;
    return number;
  }

  #replace(group: AlertGroup, by: AlertGroup): void {
    this.#groups = this.#groups.map((each) => (each === group ? by : each));
  }

  #drop(group: AlertGroup): void {
    this.#groups = this.#groups.filter((each) => each !== group);
  }
}

const isOf =
  ({ fingerprint }: Pick<AlertTransition, "fingerprint">) =>
  (member: GroupMember): boolean =>
    member.fingerprint === fingerprint;

const isBefore =
  (transition: Pick<AlertTransition, "fingerprint" | "episode">) =>
  (member: GroupMember): boolean =>
    isOf(transition)(member) && member.episode !== transition.episode && member.status === "resolved";

const memberOf = (
  { fingerprint, rule, episode, severity, labels, summary, runbook, startedAt, at }: AlertTransition,
  renotifyMs: number | null,
): GroupMember => ({
  fingerprint,
  rule,
  episode,
  status: "firing",
  severity,
  labels,
  summary,
  runbook,
  startsAt: startedAt ?? at,
  endsAt: null,
  isTold: false,
  renotifyMs,
});
