import { formatShare } from "../rollout/describe-effect.ts";
import type { HoldReason } from "../rollout/rollout.ts";
import { awaySentences, callSituation, withdrawnSentence } from "./call-situation.ts";
import { holdWords } from "./hold-words.ts";
import { isSaid } from "./is-said.ts";
import { budgetSituation } from "./over-budget.ts";
import { clockTime, ended, lastedWords, sinceWords } from "./say-time.ts";
import { byWeight } from "./situation.ts";
import type { AlertNow, EndpointNow, NowFacts, Situation } from "./situation.ts";

/** Holds that somebody has to look at; with the others a rollout waits as it was told to. */
const TROUBLED: readonly HoldReason[] = [
  "srm",
  "provider_fault",
  "harm",
  "candidate_missing",
  "gate",
  "trigger",
  "control_unhealthy",
];

/** Everything that is the matter, the worst first; empty where nothing is. */
export function findSituations(facts: NowFacts): readonly Situation[] {
  const found = [
    ...databaseSituations(facts),
    ...facts.endpoints.flatMap((endpoint) => endpointSituations(endpoint, facts)),
    ...pauseSituations(facts),
    ...alertSituations(facts),
    ...freezeSituations(facts),
  ];
  return found.toSorted(byWeight);
}

function databaseSituations({ database, now }: NowFacts): readonly Situation[] {
  if (database === null) return [];
  const since = database.since === null ? "" : ` since ${sinceWords(database.since, now)}`;
  const sentence = `The database is of no use${since}: ${database.trouble}. Calls go on; rollouts stand still, and what is shown here is what was known before.`;
  return [{ situation: "unknown", weight: "critical", endpoint: null, since: database.since, sentence }];
}

/** What is the matter with one endpoint: one situation for its calls with their cause, or one for each thing by itself. */
function endpointSituations(endpoint: EndpointNow, facts: NowFacts): readonly Situation[] {
  const own = callSituation(endpoint, facts.now);
  if (own !== null) {
    const held = endpoint.rollout === null ? [] : heldSituation(endpoint, facts.now);
    return [own, ...budgetSituation(endpoint, facts.now), ...held];
  }
  return [
    ...budgetSituation(endpoint, facts.now),
    ...withdrawnSituation(endpoint, facts.now),
    ...awaySituation(endpoint, facts.now),
    ...switchedSituation(endpoint, facts.now),
    ...heldSituation(endpoint, facts.now),
  ];
}

function withdrawnSituation({ endpoint, withdrawn, stable }: EndpointNow, now: number): readonly Situation[] {
  if (withdrawn === null) return [];
  const ago = sinceWords(withdrawn.at, now).split(" (")[1]?.slice(0, -1) ?? "";
  const sentence = `${endpoint} is back on ${stable}. ${withdrawnSentence(withdrawn).slice(0, -1)}, ${ago} ago.`;
  const weight = withdrawn.by === null ? "warning" : "info";
  const { candidate: release, startedAt, at } = withdrawn;
  return [
    {
      situation: "rolled-back",
      weight,
      endpoint,
      since: withdrawn.at,
      sentence,
      brief: `${endpoint} is back on ${stable}.`,
      ...(startedAt !== null && { harm: { since: startedAt, until: at, release } }),
    },
  ];
}

function heldSituation({ endpoint, rollout }: EndpointNow, now: number): readonly Situation[] {
  if (rollout === null || rollout.holds.length === 0) return [];
  const { candidate, weight, holds, heldSince } = rollout;
  const since = heldSince === null ? "" : ` since ${sinceWords(heldSince, now)}`;
  const sentence = `${endpoint}: candidate ${candidate} is held at ${formatShare(weight)}${since}: ${holdWords(holds)}.`;
  const isTrouble = holds.some((hold) => TROUBLED.includes(hold));
  return [{ situation: "held", weight: isTrouble ? "warning" : "info", endpoint, since: heldSince, sentence }];
}

function awaySituation(own: EndpointNow, now: number): readonly Situation[] {
  const [sentence] = awaySentences(own, now);
  if (sentence === undefined) return [];
  const since = own.away.reduce<number | null>(
    (least, one) => (one.since === null ? least : Math.min(least ?? one.since, one.since)),
    null,
  );
  return [
    {
      situation: "provider-trouble",
      weight: "warning",
      endpoint: own.endpoint,
      since,
      sentence: `A model of ${own.endpoint} is away. ${sentence}`,
      brief: `A model of ${own.endpoint} is away: ${own.away.map(({ model }) => model).join(", ")}.`,
    },
  ];
}

const switchedSituation = ({ endpoint, switched }: EndpointNow, now: number): readonly Situation[] =>
  switched.map(({ model, since, by }) => ({
    situation: "switched",
    weight: "info",
    endpoint,
    since,
    sentence: `${endpoint} goes around ${model} since ${sinceWords(since, now)}: ${by} said so.`,
  }));

const pauseSituations = ({ pauses, now }: NowFacts): readonly Situation[] =>
  pauses.map(({ calls, isAll, endpoint, since, by, reason }) => ({
    situation: "paused",
    weight: isAll ? "critical" : endpoint === null ? "info" : "warning",
    endpoint,
    since,
    sentence: `${calls} are paused since ${sinceWords(since, now)} by ${by}: ${ended(reason)}`,
  }));

/** What is told already is told once: alerts about calls, and those about what another situation says. */
function alertSituations(facts: NowFacts): readonly Situation[] {
  const { alerts, endpoints, now } = facts;
  const told = new Set(endpoints.filter(({ errors }) => errors.since !== null).map(({ endpoint }) => endpoint));
  return alerts
    .filter((alert) => (alert.endpoint === null || !told.has(alert.endpoint)) && !isSaid(alert, facts))
    .map((alert) => alertSituation(alert, now));
}

function alertSituation({ rule, weight, endpoint, since, wellSince, summary }: AlertNow, now: number): Situation {
  const base = { situation: "alerting", endpoint, since } as const;
  const fires = `The alert ${rule} fires since ${sinceWords(since, now)}`;
  if (wellSince === undefined) {
    return { ...base, weight, sentence: `${ended(summary)} ${fires}.`, brief: ended(summary) };
  }
  const well = `Calls of ${endpoint ?? "it"} are well again since ${clockTime(wellSince)} UTC`;
  return {
    ...base,
    weight: weight === "critical" ? "warning" : weight,
    sentence: `${well}, after ${lastedWords(wellSince - since)}. ${fires} and goes on, since it looks at a longer time: ${ended(summary)}`,
    brief: `${well}; the alert ${rule} looks at a longer time.`,
    harm: { since, until: wellSince, release: null },
  };
}

const freezeSituations = ({ freezes, now }: NowFacts): readonly Situation[] =>
  freezes.map(({ what, since, by }) => ({
    situation: "frozen",
    weight: "info",
    endpoint: null,
    since,
    sentence: `Rollouts of ${what} are frozen since ${sinceWords(since, now)} by ${by}.`,
  }));
