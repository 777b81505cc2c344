import type { Reading } from "../../evidence/evidence.ts";
import { formatDuration } from "../../../kit/duration.ts";
import { formatShare } from "../describe-effect.ts";
import { explainRollout } from "../explain.ts";
import { isTerminal } from "../rollout.ts";
import type { Rollout, RolloutEvent } from "../rollout.ts";
import { describeMetric } from "./describe-metric.ts";
import { tellHistory } from "./tell-entry.ts";
import type { HistoryLine } from "./tell-entry.ts";
import { whatWouldChange } from "./what-would-change.ts";
import type { ChangeTerms } from "./what-would-change.ts";

/** Why a rollout stopped, went on or came back, and how it got there. */
export interface Story {
  /** One paragraph: the answer, what it rests on, and what would change it. */
  readonly paragraph: string;
  /** A sentence per metric. */
  readonly metrics: readonly string[];
  readonly changes: readonly string[];
  /** A line for everything that happened. */
  readonly history: readonly HistoryLine[];
}

/** What a story is told from. `reading`: the evidence that the answer rests on, `null` before there is any. */
export interface StoryTerms extends Omit<ChangeTerms, "reading"> {
  readonly rollout: Rollout;
  readonly events: readonly RolloutEvent[];
  readonly reading: Reading | null;
  /** Name of the candidate's release. */
  readonly candidate: string;
}

/** Tells a rollout's story from its state, its log and its evidence; plain sentences throughout. */
export function tellStory({ rollout, events, reading, candidate, ...terms }: StoryTerms): Story {
  const metrics = reading === null ? [] : reading.metrics.map((metric) => describeMetric(metric, rollout.plan.alpha));
  const changes = reading === null ? [] : whatWouldChange(rollout, { ...terms, reading });
  const sentences = [explainRollout(rollout, candidate), ...evidenceSentences(rollout, reading), ...changes];
  return { paragraph: sentences.join(" "), metrics, changes, history: tellHistory(events) };
}

/** What was seen, and how all harm tests stand together. */
function evidenceSentences({ plan, observedMs, phase, weight }: Rollout, reading: Reading | null): readonly string[] {
  if (reading === null) return [];
  const { sessions, union } = reading;
  const seen = `${sessions.candidate.toLocaleString("en-US")} candidate and ${sessions.stable.toLocaleString("en-US")} stable sessions were observed in ${formatDuration(observedMs)}`;
  const now = isTerminal(phase) ? "" : `, ${formatShare(weight)} of new sessions get the candidate now`;
  const stand = `all harm tests together stand at log R ${union.logR.toFixed(1)} of ${union.threshold.toFixed(1)}`;
  const level = formatShare(plan.alpha);
  // The test has a level of its own beside that of harm.
  const mistake =
    plan.ab === undefined
      ? `a good release is taken back by mistake with a probability of at most ${level}`
      : `they take a good release back by mistake with a probability of at most ${level}, and the test names the wrong winner with at most ${level}`;
  return [`${seen}${now}; ${stand}, so that ${mistake}.`];
}
