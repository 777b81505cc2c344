import type { z } from "zod";
import type { actionView, changeView, failureView, figureView, nowView, reachView } from "../../contract/now.ts";
import type { Change } from "../../domain/changes/change.ts";
import type { NowAction } from "../../domain/now/actions-of.ts";
import type { FailureGroup } from "../../domain/now/failures-of.ts";
import type { Reach } from "../../jobs/now/gather-reach.ts";
import type { NowView } from "../../jobs/now/now-desk.ts";
import type { TelemetryCheck } from "../../jobs/now/now-sources.ts";
import { incidentSummaryOf } from "./incident-view-of.ts";
import { instantOf } from "./instant-of.ts";

/** Changes that are told at once. */
const MOST_CHANGES = 50;
const FIVE_MINUTES_MS = 5 * 60_000;

/** What a person on call needs to see, as the wire has it. */
export function nowViewOf(view: NowView): z.input<typeof nowView> {
  const { at, environment, sentence, situation, weight, situations, changes, figures, reach } = view;
  return {
    at: instantOf(at),
    environment,
    sentence,
    situation,
    severity: weight,
    situations: situations.map((one) => ({
      situation: one.situation,
      severity: one.weight,
      endpoint: one.endpoint,
      since: one.since === null ? null : instantOf(one.since),
      sentence: one.sentence,
      likely_cause: blamedViewOf(one.cause),
      mended_by: blamedViewOf(one.cure),
    })),
    changes: changes.slice(0, MOST_CHANGES).map(changeViewOf),
    changes_left_off: Math.max(0, changes.length - MOST_CHANGES),
    figures: figures.map((figure) => figureViewOf(figure, view)),
    reach: reach === null ? null : reachViewOf(reach),
    actions: view.actions.map(actionViewOf),
    failures: view.failures.map((failure) => failureViewOf(failure, at)),
    acknowledged: acknowledgementsOf(view),
    incidents: view.incidents.map((incident) => incidentSummaryOf(incident)),
    telemetry: telemetryViewOf(view.telemetry),
  };
}

const blamedViewOf = (change: Change | undefined): z.input<typeof nowView>["situations"][number]["likely_cause"] =>
  change === undefined
    ? null
    : { at: instantOf(change.at), line: change.line, by: change.by, rollout: change.rollout ?? null };

/** One line of what changed. */
export const changeViewOf = (change: Change): z.input<typeof changeView> => ({
  id: change.id,
  at: instantOf(change.at),
  kind: change.kind,
  severity: change.weight,
  endpoint: change.endpoint,
  by: change.by,
  line: change.line,
  rollout: change.rollout ?? null,
  incident: change.incident ?? null,
});

function figureViewOf(
  {
    figure,
    label,
    unit,
    better,
    value,
    n,
    windowMs,
    usual,
    usualWhat,
    refused = 0,
    firing,
  }: NowView["figures"][number],
  { at }: NowView,
): z.input<typeof figureView> {
  const since = instantOf(Math.floor((at - windowMs) / 60_000) * 60_000);
  return {
    figure,
    label,
    unit,
    better,
    value,
    n,
    window_seconds: windowMs / 1_000,
    baseline: { value: usual.value, n: usual.n, what: usualWhat },
    refused,
    firing,
    calls: { since, ...(figure === "errors" && { outcome: "failed" }) },
  };
}

const reachViewOf = ({
  since,
  until,
  calls,
  failed,
  users,
  costPico,
  endpoints,
}: Reach): z.input<typeof reachView> => ({
  since: instantOf(since),
  until: instantOf(until),
  calls: failed ?? 0,
  of_calls: calls ?? 0,
  users: users === null ? null : { count: users.count, at_least: users.isAtLeast },
  endpoints: endpoints.map(({ endpoint }) => endpoint),
  cost_pico: (costPico ?? 0n).toString(),
});

const actionViewOf = ({ request, done, whyNot, ...action }: NowAction): z.input<typeof actionView> => ({
  ...action,
  request: request === null ? null : { method: "POST", path: request.path, body: { ...request.body } },
  why_not: whyNot,
  done: done === null ? null : { line: done.line, undo: { method: "POST", path: done.undoPath } },
});

const failureViewOf = (
  { cause, words, endpoint, release, model, calls, share }: FailureGroup,
  at: number,
): z.input<typeof failureView> => ({
  cause,
  words,
  endpoint,
  release,
  model,
  calls,
  share,
  filter: {
    outcome: "failed",
    ...(endpoint !== null && { endpoint }),
    ...(release !== null && { release }),
    error: cause,
    since: instantOf(at - FIVE_MINUTES_MS),
  },
});

/** Who has taken an alert or an incident on, the newest first. */
function acknowledgementsOf({ alerts, incidents }: NowView): z.input<typeof nowView>["acknowledged"] {
  const said = [
    ...alerts.flatMap(({ rule, acknowledged }) =>
      acknowledged === null ? [] : [{ ...acknowledged, what: `the alert ${rule}` }],
    ),
    ...incidents.flatMap(({ title, acknowledged }) =>
      acknowledged === null ? [] : [{ ...acknowledged, what: `the incident "${title}"` }],
    ),
  ];
  return said.toSorted((one, other) => other.at - one.at).map(({ by, at, what }) => ({ by, at: instantOf(at), what }));
}

function telemetryViewOf(checks: readonly TelemetryCheck[]): z.input<typeof nowView>["telemetry"] {
  const bad = checks.filter(({ state }) => state === "failing" || state === "warning");
  const sentence =
    bad.length === 0
      ? "Everything that happens is recorded."
      : `${bad.map(({ check, detail }) => `${check}: ${detail}`).join("; ")}.`;
  return { healthy: bad.length === 0, sentence, checks: [...checks] };
}
