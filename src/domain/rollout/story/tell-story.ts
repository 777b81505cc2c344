import type { Reading } from "../../evidence/evidence.ts";
import { formatDuration } from "../../../kit/duration.ts";
import { formatShare } from "../describe-effect.ts";
import { provenBy } from "../describe-harm.ts";
import { explainRollout } from "../explain.ts";
import { isEvidenceLost, isTerminal } from "../rollout.ts";
import type { Rollout, RolloutEvent } from "../rollout.ts";
import { isOfBake } from "../stage-levels.ts";
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
  const metrics = sentencesOf(rollout, reading);
  const changes = reading === null ? [] : whatWouldChange(rollout, { ...terms, reading });
  const sentences = [explainRollout(rollout, candidate), ...evidenceSentences(rollout, reading), ...changes];
  return { paragraph: sentences.join(" "), metrics, changes, history: tellHistory(events) };
}

/** A sentence per metric; none where nothing was compared. */
function sentencesOf({ plan }: Rollout, reading: Reading | null): readonly string[] {
  if (reading === null || !isCompared(reading)) return [];
  const { blame } = reading.union;
  // Together they may prove what none of them does.
  const isTogether = blame !== null && !reading.metrics.some(({ harm }) => harm.crossed);
  const together = isTogether ? provenBy(blame, reading) : [];
  return reading.metrics.map((metric) => describeMetric(metric, plan.alpha, together));
}

const isCompared = ({ sessions }: Reading): boolean => sessions.candidate + sessions.stable > 0;

/** What was seen, and how all harm tests stand together. */
function evidenceSentences(rollout: Rollout, reading: Reading | null): readonly string[] {
  if (reading === null)
    return isTerminal(rollout.phase) && isEvidenceLost(rollout) ? ["Its evidence was not kept."] : [];
  const { plan, observedMs, drainedMs, phase, weight } = rollout;
  if (!isCompared(reading)) {
    return [isTerminal(phase) ? "No session was compared." : "No session has been compared yet."];
  }
  const { sessions, union } = reading;
  const both = `${sessions.candidate.toLocaleString("en-US")} candidate and ${sessions.stable.toLocaleString("en-US")} stable sessions`;
  const seen = isOfBake(rollout, reading)
    ? `Since the promotion ${both} were compared in ${formatDuration(drainedMs)}, those of the ladder not among them`
    : `${both} were observed in ${formatDuration(observedMs)}`;
  const now = isTerminal(phase) ? "" : `, ${formatShare(weight)} of new sessions get the candidate now`;
  const stand = `all harm tests together stand at log R ${union.logR.toFixed(1)} of ${union.threshold.toFixed(1)}`;
  const level = formatShare(plan.alpha);
  // The test has a level of its own beside that of harm.
  const mistake =
    plan.ab === undefined
      ? `a good release is rolled back by mistake with a probability of at most ${level}`
      : `they roll a good release back by mistake with a probability of at most ${level}, and the test names the wrong winner with at most ${level}`;
  return [`${seen}${now}; ${stand}, so that ${mistake}.`];
}
