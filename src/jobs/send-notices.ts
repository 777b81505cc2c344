import type { NotifyPlan } from "../domain/rollout/notice-plan.ts";
import { fullJitterMs } from "../kit/backoff.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Notice, NoticeStore } from "../ports/notice-store.ts";
import type { RolloutStore } from "../ports/rollout-store.ts";
import type { PostAnswer, SignedPost } from "../ports/signed-post.ts";

/** How often messages are looked for, ms. */
const EVERY_MS = 1_000;
/** Messages sent in one go; a receiver that hangs holds up no more than these. */
const AT_ONCE = 20;
/** Waits between two tries, ms. */
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 10 * 60_000;
/** Tries before a message is given up: some two hours. */
const MOST_TRIES = 20;

const SENDING = "telling people how rollouts go";

/** What sending needs. */
export interface NoticeSenderTerms {
  readonly notices: NoticeStore;
  readonly rollouts: Pick<RolloutStore, "byId">;
  readonly post: SignedPost;
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** In [0, 1). */
  readonly random: () => number;
  /** One replica sends. */
  readonly isLeader: () => boolean;
}

/** Sends the messages that are due, again with growing waits where nobody takes them; the returned function ends that. */
export function sendNotices(terms: NoticeSenderTerms): () => void {
  let isStopped = false;
  let isTroubled = false;
  let cancel = (): void => {};
  const turn = async (): Promise<void> => {
    try {
      if (terms.isLeader()) await sendDue(terms);
      if (isTroubled) terms.announcer.recovered(SENDING);
      isTroubled = false;
    } catch (error) {
      if (!isTroubled) terms.announcer.troubled(SENDING, error);
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

/** Tries each message that is due once, all at the same time. */
export async function sendDue(terms: NoticeSenderTerms): Promise<void> {
  const due = await terms.notices.due(terms.clock.now(), AT_ONCE);
  await Promise.all(due.map((notice) => sendOne(terms, notice)));
}

async function sendOne(terms: NoticeSenderTerms, notice: Notice): Promise<void> {
  const { notices, clock, post } = terms;
  const webhook = await webhookOf(terms, notice);
  const answer: PostAnswer =
    webhook === null
      ? { trouble: "its rollout names no such address", isFinal: true }
      : await post(webhook, { id: notice.id, body: notice.body });
  const trouble = troubleOf(answer);
  if (trouble === null) return notices.tried(notice.id, { sentAt: clock.now() });
  const isOver = notice.tries + 1 >= MOST_TRIES || ("isFinal" in answer && answer.isFinal);
  if (isOver) return notices.tried(notice.id, { trouble, givenUpAt: clock.now() });
  const random = (1 + terms.random()) / 2;
  const waitMs = fullJitterMs({ retry: notice.tries, firstMs: FIRST_WAIT_MS, longestMs: LONGEST_WAIT_MS, random });
  return notices.tried(notice.id, { trouble, dueAt: clock.now() + Math.ceil(waitMs) });
}

async function webhookOf({ rollouts }: NoticeSenderTerms, { rolloutId, name }: Notice): Promise<NotifyPlan["webhook"]> {
  const rollout = await rollouts.byId(rolloutId);
  return rollout?.plan.notify?.find((one) => one.name === name)?.webhook ?? null;
}

/** Everything but a 2xx is trouble, also a redirect: it may lead anywhere. */
function troubleOf(answer: PostAnswer): string | null {
  if ("trouble" in answer) return answer.trouble;
  return answer.status >= 200 && answer.status < 300 ? null : `it answered ${answer.status}`;
}
