import { isOfBreaker } from "../changes/breaker-change.ts";
import type { Change } from "../changes/change.ts";
import { formatShare } from "../rollout/describe-effect.ts";
import { holdWords } from "./hold-words.ts";
import { clockTime, ended, lastedWords, percent, sinceWords } from "./say-time.ts";
import type { EndpointNow, Situation } from "./situation.ts";

const STANDING_WORDS = { degraded: "is degraded", failing: "is failing", recovering: "was degraded" } as const;

/** Calls that fail: since when, the likely cause, and what the machine has done. */
export function callSituation(own: EndpointNow, now: number): Situation | null {
  const { endpoint, errors, cause, cure, until } = own;
  const { standing, since } = errors;
  if (standing === "well" || standing === "quiet" || since === null) return null;
  const when = sinceWords(since, now);
  const time =
    standing !== "recovering" ? `since ${when}` : until === null ? `from ${when} on` : overWords(since, until);
  const brief = `${endpoint} ${STANDING_WORDS[standing]} ${time}.`;
  const sentences = [brief, ...causesOf(own, now), trendOf(own)];
  const weight = standing === "recovering" ? "warning" : "critical";
  return {
    situation: standing,
    weight,
    endpoint,
    since,
    sentence: sentences.filter((one) => one !== "").join(" "),
    brief,
    ...(cause !== null && { cause }),
    ...(cure !== null && { cure }),
    harm: { since, until, release: null },
  };
}

/** "from 02:51 to 02:58 UTC (7 min)": what is over lasts no longer. */
const overWords = (since: number, until: number): string =>
  `from ${clockTime(since)} to ${clockTime(until)} UTC (${lastedWords(until - since)})`;

/** What was most likely to blame, and what was done about it. */
function causesOf(own: EndpointNow, now: number): readonly string[] {
  const { rollout, errors, stable, away, cause } = own;
  const causes: string[] = [];
  const done = doneSentence(own);
  const isTold = cause !== null && (isSameRollout(cause, own, done) || (isOfBreaker(cause) && away.length > 0));
  if (cause !== null && !isTold) causes.push(changeSentence("Likely cause", cause));
  if (done !== null) causes.push(done);
  else if (rollout !== null && rollout.weight > 0 && (cause === null || cause.rollout === rollout.id)) {
    const held = rollout.holds.length > 0 ? ` and is held: ${holdWords(rollout.holds)}` : "";
    causes.push(`Candidate ${rollout.candidate} gets ${formatShare(rollout.weight)} of new sessions${held}.`);
  }
  causes.push(...awaySentences(own, now));
  // A budget that refuses calls is a situation of its own.
  if (causes.length === 0 && away.length === 0 && errors.standing !== "recovering") {
    causes.push(`No rollout is under way: ${stable} serves everybody, and nothing was done by itself.`);
  }
  return causes;
}

/** What is said of a rollout that was taken back, or of one that is under way, says all of it. */
const isSameRollout = (
  { rollout }: Change,
  { rollout: active, answer, cure }: EndpointNow,
  done: string | null,
): boolean =>
  rollout !== undefined && [answer?.rollout, cure?.rollout, ...(done === null ? [active?.id] : [])].includes(rollout);

/** What was done against it: only a change that it is owed to while it gets well, and what was taken back before. */
function doneSentence({ errors, cure, answer, withdrawn }: EndpointNow): string | null {
  const told = errors.standing === "recovering" ? cure : answer;
  if (told === null) return null;
  if (withdrawn !== null && told.rollout === withdrawn.rollout) return withdrawnSentence(withdrawn);
  return changeSentence(errors.standing === "recovering" ? "Probably mended" : "Done", told);
}

/** "Likely cause at 22:02:40 by Ada: The project was applied: providers.openai.timeout." */
const changeSentence = (what: string, { at, by, line }: Change): string =>
  `${what} at ${new Date(at).toISOString().slice(11, 19)}${by === null ? "" : ` by ${by}`}: ${ended(line)}`;

function trendOf({ errors }: EndpointNow): string {
  const { peak, share, standing, calls } = errors;
  if (peak === null) return "";
  if (share === null) return `No calls have come for five minutes; errors were ${percent(peak)} at worst.`;
  if (standing === "recovering") return `Recovering: errors ${percent(peak)} → ${percent(share)}.`;
  return `Errors are at ${percent(share)} of ${calls.toLocaleString("en-US")} calls.`;
}

/** That a release was taken back, when and why. */
export function withdrawnSentence({
  candidate,
  weight,
  at,
  isOver,
  isReturn,
  cause,
  by,
}: NonNullable<EndpointNow["withdrawn"]>): string {
  const share = weight > 0 && !isReturn ? ` at ${formatShare(weight)}` : "";
  const who = by === null ? cause : `${by} did it`;
  return `${isReturn ? "Release" : "Candidate"} ${candidate}${share} ${isOver ? "was" : "is being"} rolled back at ${clockTime(at)} UTC (${who}).`;
}

/** Models that fail, and who answers in their place; nothing where none does. */
export function awaySentences({ away, served }: EndpointNow, now: number): readonly string[] {
  if (away.length === 0) return [];
  const told = away.map(
    ({ model, since }) => `${model} has failed${since === null ? "" : ` since ${sinceWords(since, now)}`}`,
  );
  const share =
    served.fallback === 0 ? "" : `; a fallback answers ${percent(served.fallback / served.calls)} of the calls`;
  return [`${told.join(", ")} and is asked only now and then${share}.`];
}
