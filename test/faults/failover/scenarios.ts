import type { SIXTEEN_FAULTS } from "../../fixtures/faulty-provider/sixteen-faults.ts";
import type { LoggedAttempt } from "../../fixtures/faulty-provider/faulty-provider.ts";
import type { Observation } from "./observe.ts";
import type { Timing } from "./timing.ts";

/** What a run left behind for the checks. Times of attempts and calls are on the provider's scale. */
export interface Evidence {
  readonly timing: Timing;
  readonly form: Form;
  /** The calls in the order in which they were sent; all but S15 send one. */
  readonly calls: readonly { readonly sentAtMs: number; readonly seen: Observation }[];
  /** The first call. */
  readonly seen: Observation;
  /** Attempts at the primary and at the fallback. */
  readonly primary: readonly LoggedAttempt[];
  readonly backup: readonly LoggedAttempt[];
  /** The healthy call afterwards. */
  readonly alive: Observation;
  readonly outageMs: number;
}

/** One condition; a call that is answered without an advisory one is a partial pass, without a required one a failure. */
export interface Check {
  readonly name: string;
  readonly isRequired: boolean;
  readonly holds: boolean;
}

/** How the call is made: streamed, whole, or streamed through a gateway that holds the beginning back. */
export type Form = "stream" | "whole" | "held";

/** One fault of the published comparison. */
export interface Scenario {
  readonly id: `S${string}`;
  readonly fault: keyof typeof SIXTEEN_FAULTS;
  readonly title: string;
  /** The first is the one that is compared. */
  readonly forms: readonly [Form, ...Form[]];
  /** S13 is right when the call ends in an error; every other call should be answered. */
  readonly wants: "answer" | "error";
  /** The model that the release falls back to. */
  readonly backup: "healthy" | "no-prefill";
  /** Further lines of the endpoint, as flow YAML. `{backup}` is the fallback as `provider/model`. */
  readonly yaml?: string;
  readonly lateFirstToken?: boolean;
  readonly checks: (evidence: Evidence) => readonly Check[];
}

const must = (name: string, holds: boolean): Check => ({ name, isRequired: true, holds });
const should = (name: string, holds: boolean): Check => ({ name, isRequired: false, holds });
const atMost = (most: number, attempts: readonly LoggedAttempt[]): Check =>
  should(`at most ${most} primary attempts`, attempts.length <= most);

/** Smallest time between an attempt and the next one; infinite when there is only one. */
const smallestGap = (attempts: readonly LoggedAttempt[]): number =>
  Math.min(...attempts.map(({ atMs }, index) => (attempts[index + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs));

const within = (attempts: readonly LoggedAttempt[], ms: number): number =>
  attempts.filter(({ atMs }) => atMs - (attempts[0]?.atMs ?? 0) < ms).length;

const usageIsThere = ({ seen }: Evidence): Check => should("usage is reported", seen.usage !== null);

/** Attempts at the primary before the outage was over. */
export const attemptsInOutage = ({ primary, outageMs }: Pick<Evidence, "primary" | "outageMs">): number =>
  within(primary, outageMs);

function recovery({ primary, outageMs, timing }: Evidence): Check {
  const end = (primary[0]?.atMs ?? 0) + outageMs;
  const back = primary.find(({ atMs }) => atMs >= end);
  return must("the primary is used again soon", back !== undefined && back.atMs - end <= timing.bounds.recovery);
}

const STREAM = ["stream"] as const;
const cutForms = ["stream", "whole", "held"] as const;

/** The sixteen, with their checks. Retries and counts are advisory, as in the comparison, where nothing else is said. */
export const SCENARIOS: readonly Scenario[] = [
  {
    id: "S01",
    fault: "s01",
    title: "429 once, with Retry-After: 2",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: ({ primary }) => [
      should("waits as told before it asks again", smallestGap(primary) >= 1_800),
      should("at most 2 attempts in 1.5 s", within(primary, 1_500) <= 2),
    ],
  },
  {
    id: "S02",
    fault: "s02",
    title: "429 always, without a header",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: ({ primary, seen }) => [
      should("at most 4 primary attempts in 3 s", within(primary, 3_000) <= 4),
      atMost(6, primary),
      should("ends within 40 s", seen.elapsedMs <= 40_000),
    ],
  },
  {
    id: "S03",
    fault: "s03",
    title: "500 once",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: ({ primary }) => [should("asks the same model again", primary.length >= 2)],
  },
  {
    id: "S04",
    fault: "s04",
    title: "503 always",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: ({ primary }) => [atMost(6, primary)],
  },
  {
    id: "S05",
    fault: "s05",
    title: "connection reset once",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: ({ seen }) => [should("ends within 20 s", seen.elapsedMs <= 20_000)],
  },
  {
    id: "S06",
    fault: "s06",
    title: "silence",
    forms: ["stream", "whole"],
    wants: "answer",
    backup: "healthy",
    checks: ({ primary, seen, timing }) => [
      must("ends in time", seen.elapsedMs <= timing.bounds.silence),
      must("asks the silent model once", primary.length === 1),
    ],
  },
  {
    id: "S07",
    fault: "s07",
    title: "late first token",
    forms: ["stream", "whole"],
    wants: "answer",
    backup: "healthy",
    lateFirstToken: true,
    checks: ({ seen, timing }) => [should("falls back early", seen.elapsedMs <= timing.bounds.lateFirstToken)],
  },
  {
    id: "S08",
    fault: "s08",
    title: "cut after 40 of 60 words",
    forms: cutForms,
    wants: "answer",
    backup: "healthy",
    checks: () => [],
  },
  {
    id: "S09",
    fault: "s09",
    title: "stall after 20 words",
    forms: cutForms,
    wants: "answer",
    backup: "healthy",
    checks: ({ seen, timing }) => [must("ends in time", seen.elapsedMs <= timing.bounds.stall)],
  },
  {
    id: "S10",
    fault: "s10",
    title: "an event that is not JSON",
    forms: cutForms,
    wants: "answer",
    backup: "healthy",
    checks: ({ seen, form, backup }) => [
      must("nothing malformed reaches the caller", seen.malformed === 0),
      // A body that is no JSON at all leaves nothing to recover.
      should("recovers in place", form === "whole" || seen.seenAs !== "whole" || backup.length === 0),
    ],
  },
  {
    id: "S11",
    fault: "s11",
    title: "no [DONE]",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: (evidence) => [should("ends within 8 s", evidence.seen.elapsedMs <= 8_000), usageIsThere(evidence)],
  },
  {
    id: "S12",
    fault: "s12",
    title: "400 context_length_exceeded",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    yaml: "fallbacks: { context_overflow: [{backup}] }",
    checks: ({ primary }) => [
      must("never more than 2 primary attempts", primary.length <= 2),
      should("never resends unchanged", primary.length < 2 || (primary[1]?.bytes ?? 0) < (primary[0]?.bytes ?? 0)),
    ],
  },
  {
    id: "S13",
    fault: "s13",
    title: "400 content_policy_violation",
    forms: STREAM,
    wants: "error",
    backup: "healthy",
    checks: ({ primary, seen }) => [
      should("asks the primary once", primary.length === 1),
      should(
        "hands on the provider's reason",
        seen.error === null || JSON.stringify(seen.error).includes("content_policy"),
      ),
    ],
  },
  {
    id: "S14",
    fault: "s14",
    title: "cut, and the fallback refuses a prefix",
    forms: cutForms,
    wants: "answer",
    backup: "no-prefill",
    checks: ({ backup, seen }) => [
      must("the fallback is not left with a prefix that it refuses", backup.at(-1)?.lastRole !== "assistant"),
      must("the refused prefix is not the final error", !JSON.stringify(seen.error).includes("prefill")),
    ],
  },
  {
    id: "S15",
    fault: "s15",
    title: "503 for a minute, 20 calls",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: (evidence) => [
      must("at most 5 primary attempts in the outage", attemptsInOutage(evidence) <= 5),
      recovery(evidence),
    ],
  },
  {
    id: "S16",
    fault: "s16",
    title: "503 always; who answered?",
    forms: STREAM,
    wants: "answer",
    backup: "healthy",
    checks: (evidence) => [
      should("the answer names the fallback", evidence.seen.model?.startsWith("healthy") ?? false),
      usageIsThere(evidence),
      atMost(6, evidence.primary),
    ],
  },
];
