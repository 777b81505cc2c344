import type { FastifyInstance } from "fastify";
import {
  acknowledgeAlert,
  backtestAlerts,
  createSilence,
  endSilence,
  listAlertRules,
  listAlerts,
  listDeliveries,
  listSilences,
  listTransitions,
  receiveAlerts,
  testNotifier,
} from "../../contract/alerts.ts";
import { listSlos } from "../../contract/slos.ts";
import { SEVERITIES } from "../../domain/alerts/alert-rule.ts";
import type { Alert } from "../../domain/alerts/alert.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { RuleBacktest } from "../../jobs/alerts/backtest-rules.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { alertViewOf, deliveryViewOf, ruleViewsOf, silenceViewOf, sloViewOf, transitionViewOf } from "./alert-views.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

const MOST_SILENCES = 1_000;
const SECOND_MS = 1_000;

/** Alerts, their rules, silences, messages, and service levels. */
export function alerts(app: FastifyInstance, terms: AdminTerms): void {
  const { gateway, alertStore, silences, alertBoard: board } = terms;
  const { clock } = gateway;
  const inForce = (environment: string) => silences.list({ environment, notOverAt: clock.now(), limit: MOST_SILENCES });

  serveRoute(app, { gateway, route: listAlerts }, async ({ query: { all, limit }, environment }) => {
    const states = await alertStore.states(environment);
    const shown = states.filter(({ status }) => all || status === "firing" || status === "pending").toSorted(byUrgency);
    const silenced = await inForce(environment);
    const notifiers = [...(board.settings(environment)?.notifiers.values() ?? [])].map(({ name, kind }) => ({
      name,
      kind,
    }));
    return { data: shown.slice(0, limit).map((alert) => alertViewOf(alert, silenced, clock.now())), notifiers };
  });

  serveRoute(app, { gateway, route: listAlertRules }, async ({ environment }) => ({
    data: ruleViewsOf(board.settings(environment)?.rules ?? [], await board.look(environment)),
  }));

  serveRoute(
    app,
    { gateway, route: listTransitions },
    async ({ query: { since, fingerprint, limit }, environment }) => {
      const filter = { environment, limit, ...(fingerprint !== undefined && { fingerprint }) };
      const found = await alertStore.transitions({ since: since ?? 0, newestFirst: since === undefined, ...filter });
      return { data: found.map(transitionViewOf) };
    },
  );

  serveRoute(app, { gateway, route: acknowledgeAlert }, async ({ params, body: { note }, key, environment }) => {
    const alert = await alertStore.byFingerprint(params.fingerprint);
    const notFound = new RollwardError("alert_not_found", { alert: params.fingerprint });
    if (alert === null || alert.environment !== environment) throw notFound;
    const by = { at: clock.now(), by: key?.name ?? "unknown", note: note === undefined || note === "" ? null : note };
    const seen = await alertStore.acknowledge(alert.fingerprint, alert.episode, by);
    if (seen === null) throw notFound;
    return alertViewOf(seen, await inForce(environment), clock.now());
  });

  serveSilences(app, terms);
  serveNotifiers(app, terms);
  serveNumbers(app, terms);
}

/** Service levels, the past, and what other systems say. */
function serveNumbers(app: FastifyInstance, { gateway, alertBoard: board }: AdminTerms): void {
  serveRoute(app, { gateway, route: listSlos }, async ({ environment }) => ({
    data: (await board.slos(environment)).map(sloViewOf),
  }));

  serveRoute(app, { gateway, route: backtestAlerts }, async ({ body: { rule, days, bound }, environment }) => {
    const known = board.settings(environment)?.rules.map(({ name }) => name) ?? [];
    if (rule !== undefined && !known.includes(rule)) {
      const reason = `There is no rule ${rule}; there are: ${known.slice(0, 50).join(", ") || "none"}.`;
      throw new RollwardError("invalid_request", { reason, param: "rule" });
    }
    if (bound !== undefined && rule === undefined) {
      throw new RollwardError("invalid_request", { reason: "A bound is that of one rule: name it.", param: "bound" });
    }
    const query = { days, ...(rule !== undefined && { rule }), ...(bound !== undefined && { bound }) };
    return backtestView(await board.backtest(environment, query));
  });

  serveRoute(app, { gateway, route: receiveAlerts }, async ({ body, environment }) => {
    const heard = body.alerts.map(({ status, labels, annotations, startsAt }) => ({
      isFiring: status === "firing",
      labels,
      annotations,
      startsAt: Date.parse(startsAt),
    }));
    const { changed, leftOut } = await board.hear(environment, heard);
    return { taken: heard.length - leftOut, changed, left_out: leftOut };
  });
}

function serveSilences(app: FastifyInstance, { gateway, silences }: AdminTerms): void {
  const { clock, ids } = gateway;

  serveRoute(app, { gateway, route: listSilences }, async ({ query: { all, limit }, environment }) => {
    const now = clock.now();
    const found = await silences.list({ environment, limit, ...(!all && { notOverAt: now }) });
    return { data: found.map((each) => silenceViewOf(each, now)) };
  });

  serveRoute(app, { gateway, route: createSilence }, async ({ body, key, environment }) => {
    const { matchers, for_seconds: seconds, reason } = body;
    const startsAt = clock.now();
    const by = key?.name ?? "unknown";
    const times = { startsAt, endsAt: startsAt + seconds * SECOND_MS, endedAt: null };
    const silence = { id: ids.next("sil"), environment, matchers, ...times, reason, by };
    await silences.add(silence);
    return silenceViewOf(silence, startsAt);
  });

  serveRoute(app, { gateway, route: endSilence }, async ({ params, environment }) => {
    const now = clock.now();
    const ended = await silences.end(params.silence, environment, now);
    if (ended === null) throw new RollwardError("silence_not_found", { silence: params.silence });
    return silenceViewOf(ended, now);
  });
}

function serveNotifiers(app: FastifyInstance, { gateway, alertOutbox, alertBoard: board }: AdminTerms): void {
  const { clock } = gateway;

  serveRoute(app, { gateway, route: listDeliveries }, async ({ query: { notifier, waiting, limit }, environment }) => {
    const filter = { environment, waiting, limit, ...(notifier !== undefined && { notifier }) };
    return { data: (await alertOutbox.deliveries(filter)).map(deliveryViewOf) };
  });

  serveRoute(app, { gateway, route: testNotifier }, async ({ body: { notifier }, key, environment }) => {
    const startedAt = clock.elapsed();
    const settings = board.settings(environment)?.notifiers.get(notifier);
    const answer = await board.test(environment, notifier, key?.name ?? "unknown");
    if (answer === null || settings === undefined) {
      const known = [...(board.settings(environment)?.notifiers.keys() ?? [])].join(", ") || "none";
      throw new RollwardError("notifier_not_found", { notifier, known });
    }
    return {
      notifier,
      kind: settings.kind,
      is_sent: answer.isSent,
      answer: answer.isSent ? answer.note : answer.trouble,
      took_ms: clock.elapsed() - startedAt,
    };
  });
}

/** What fires before what is about to, the worst first, then the newest. */
const byUrgency = (one: Alert, other: Alert): number =>
  ORDER.indexOf(one.status) - ORDER.indexOf(other.status) ||
  SEVERITIES.indexOf(one.severity) - SEVERITIES.indexOf(other.severity) ||
  other.since - one.since;

const ORDER: readonly Alert["status"][] = ["firing", "pending", "resolved", "ok"];

const backtestView = ({ since, until, stepMs, notKnown, rules, isCut }: RuleBacktest) => ({
  since: instantOf(since),
  until: instantOf(until),
  step_seconds: stepMs / SECOND_MS,
  not_known: [...notKnown],
  data: rules.map(({ rule, episodes }) => ({
    rule: rule.name,
    severity: rule.severity,
    fired: episodes.length,
    episodes: episodes.map(({ endpoint, from, until: end, summary }) => ({
      endpoint,
      from: instantOf(from),
      until: end === null ? null : instantOf(end),
      summary,
    })),
  })),
  is_cut: isCut,
});
