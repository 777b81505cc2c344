import type { MeasuredWithdrawal } from "../../domain/drill/drill-report.ts";
import type { ReleaseContent } from "../../domain/release/release.ts";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import type { RolloutPlan } from "../../domain/rollout/plan.ts";
import { isTerminal } from "../../domain/rollout/rollout.ts";
import type { Actor } from "../../domain/rollout/rollout.ts";
import { drawArm } from "../../domain/traffic/draw.ts";
import type { Split } from "../../domain/traffic/route.ts";
import { author } from "../author.ts";
import type { Delivery } from "../delivery.ts";

/** A name that no project can give: nobody can call it, and no key reaches its environment. */
export const DRILL_CHANNEL = { endpoint: ".drill", environment: ".drill" } as const;

/** Sessions that are invented until harm is proven; a candidate that always fails needs about ten at even odds. */
const MOST_SESSIONS = 1_000;
const POLL_MS = 5;
/** Longest that servers may take to serve a weight or to let go of it, ms. */
const LONGEST_MS = 30_000;

const PLAN: RolloutPlan = {
  ...DEFAULT_PLAN,
  steps: [
    { weight: 0.5, minDurationMs: 3_600_000, minSessions: 0, approval: false },
    { weight: 1, minDurationMs: 0, minSessions: 0, approval: false },
  ],
  metrics: [{ metric: "errors", harmRatio: 1.25, noWorseRatio: 2, share: 1, required: true, capPico: null }],
  window: { turns: 1, withinMs: 60_000 },
  onNewRelease: "supersede",
};

/**
 * Withdraws a candidate for real, on a channel that nobody can call: the sessions are invented, everything after them is
 * what happens to every rollout, on every live server. `content` is what the servers can serve; `mark` makes it another
 * release than any before.
 */
export async function measureWithdrawal(
  delivery: Delivery,
  { content, actor, mark }: { readonly content: ReleaseContent; readonly actor: Actor; readonly mark: string },
): Promise<MeasuredWithdrawal> {
  const rolloutId = await open(delivery, { content, actor, mark });
  const split = await served(delivery, rolloutId);
  const servers = Math.max(1, delivery.replicas.live.length);
  const since = fail(delivery, split);
  await until(delivery, async () => !carries(delivery, rolloutId));
  const stoppedHereMs = delivery.clock.elapsed() - since;
  await until(delivery, async () => {
    const rollout = await delivery.rollouts.byId(rolloutId);
    return rollout !== null && isTerminal(rollout.phase);
  });
  const everywhereMs = delivery.clock.elapsed() - since;
  const phase = (await delivery.rollouts.byId(rolloutId))?.phase;
  // Another server may be drilling too, and have superseded it.
  if (phase !== "rolled_back") throw new Error(`The drill's rollout was not rolled back: it ended as ${phase}.`);
  return { stoppedHereMs, everywhereMs, servers, rolloutId };
}

interface Opening {
  readonly content: ReleaseContent;
  readonly actor: Actor;
  readonly mark: string;
}

async function open(delivery: Delivery, { content, actor, mark }: Opening): Promise<string> {
  const authored = { environment: DRILL_CHANNEL.environment, plan: PLAN, actor, author: "a drill", again: true };
  const named = { ...content, endpoint: DRILL_CHANNEL.endpoint };
  await author(delivery, { ...authored, content: named });
  const parameters = { ...content.parameters, metadata: { drill: mark } };
  const { rolloutId } = await author(delivery, { ...authored, content: { ...named, parameters } });
  if (rolloutId === null) throw new Error("The drill's rollout was not opened.");
  return rolloutId;
}

/** Waits until every live server serves the candidate. */
async function served(delivery: Delivery, rolloutId: string): Promise<Split> {
  let split: Split | null = null;
  await until(delivery, async () => {
    const rollout = await delivery.rollouts.byId(rolloutId);
    const route = delivery.routes.byChannel(DRILL_CHANNEL);
    split = route?.split?.rolloutId === rolloutId && route.split.collecting ? route.split : null;
    return split !== null && rollout?.acked === true;
  });
  if (split === null) throw new Error("The drill's candidate is not served.");
  return split;
}

/** Invents sessions of which the candidate's all fail, until harm is proven here or by whoever decides. */
function fail(delivery: Delivery, { rolloutId, seed, weight }: Split): number {
  const { observatory, routes, clock } = delivery;
  const epoch = routes.byChannel(DRILL_CHANNEL)?.epoch ?? 0;
  for (let number = 1; number <= MOST_SESSIONS; number += 1) {
    const session = `drill/${number}`;
    const arm = drawArm({ seed, weight }, DRILL_CHANNEL.endpoint, session);
    observatory.assigned({ rolloutId, session, arm, epoch, weight });
    const failure = arm === "candidate" ? "bad_answer" : null;
    observatory.turnEnded({ rolloutId, session, failure, latencyMs: 1, firstTokenMs: null, costPico: 0n });
    const reading = observatory.ledger(rolloutId)?.reading();
    if (reading === undefined || reading.union.logR >= reading.union.threshold) break;
  }
  return clock.elapsed();
}

function carries({ routes }: Delivery, rolloutId: string): boolean {
  const { split } = routes.byChannel(DRILL_CHANNEL) ?? { split: null };
  return split?.rolloutId === rolloutId && split.weight > 0;
}

async function until({ clock }: Delivery, isSo: () => Promise<boolean>): Promise<void> {
  const end = clock.elapsed() + LONGEST_MS;
  while (!(await isSo())) {
    if (clock.elapsed() > end) throw new Error(`The drill's withdrawal did not end within ${LONGEST_MS / 1_000} s.`);
    await new Promise<void>((resolve) => void clock.after(POLL_MS, resolve));
  }
}
