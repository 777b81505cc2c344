import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { explainSpend, forecastSpend, listSpendAnomalies, showSpend } from "../../contract/spend.ts";
import type { spendSum } from "../../contract/spend.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import { modelCostPico, spendPico } from "../../domain/spend/spend.ts";
import { attributeSpend } from "../../domain/spend/attribute-spend.ts";
import { RollwardError } from "../../domain/errors.ts";
import { dearSourcesOf, findDearHours, whyDear } from "../../jobs/find-dear-hours.ts";
import type { DearHour } from "../../jobs/find-dear-hours.ts";
import { forecastWindows, spendBetween } from "../../jobs/look-at-spend.ts";
import type { SpendStore, SpendSum } from "../../ports/spend-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

interface Filters {
  readonly endpoint?: string | undefined;
  readonly key?: string | undefined;
  readonly user?: string | undefined;
}

/** What was spent, why it changed, what is to be expected and what is too dear. */
export function spend(app: FastifyInstance, { gateway, storesOf }: AdminTerms): void {
  const { clock } = gateway;

  serveRoute(app, { gateway, route: showSpend }, async ({ query, environment }) => {
    const { since, until, by, limit, ...filters } = query;
    const to = until === undefined ? hourOf(clock.now()) + HOUR_MS : wholeHour(Date.parse(until));
    const from = since === undefined ? to - 24 * HOUR_MS : hourOf(Date.parse(since));
    if (from >= to)
      throw new RollwardError("invalid_request", { reason: "`since` is not before `until`.", param: "since" });
    const sums = await storesOf(environment).spend.sum({ ...subjectOf(filters), since: from, until: to, by, limit });
    return { since: instantOf(from), until: instantOf(to), data: sums.map(viewOf) };
  });

  serveRoute(app, { gateway, route: explainSpend }, ({ query, environment }) =>
    explained(storesOf(environment).spend, clock.now(), query),
  );

  serveRoute(app, { gateway, route: forecastSpend }, async ({ query, environment }) => {
    const windows = await forecastWindows(storesOf(environment).spend, subjectOf(query), clock.now());
    return {
      data: windows.map(({ window, endsAt, spentPico, forecast }) => ({
        window,
        ends_at: instantOf(endsAt),
        spent_pico: spentPico.toString(),
        expected_pico: forecast?.expectedPico.toString() ?? null,
        low_pico: forecast?.lowPico.toString() ?? null,
        high_pico: forecast?.highPico.toString() ?? null,
        days: forecast?.days ?? 0,
      })),
    };
  });

  serveRoute(app, { gateway, route: listSpendAnomalies }, async ({ environment }) => {
    const found = await findDearHours(dearSourcesOf(storesOf(environment).spend, gateway.keys), clock.now());
    return { data: found.map(anomalyOf) };
  });
}

interface Change extends Filters {
  readonly hours: number;
  readonly against_hours_ago?: number | undefined;
}

async function explained(
  store: SpendStore,
  at: number,
  { hours, against_hours_ago: ago = hours, ...filters }: Change,
): Promise<z.input<typeof explainSpend.answer>> {
  const until = hourOf(at) + HOUR_MS;
  const after = { since: until - hours * HOUR_MS, until };
  const before = { since: after.since - ago * HOUR_MS, until: until - ago * HOUR_MS };
  const subject = subjectOf(filters);
  const [then, now] = [await spendBetween(store, subject, before), await spendBetween(store, subject, after)];
  const change = attributeSpend(then, now);
  return {
    since: instantOf(after.since),
    until: instantOf(after.until),
    before_pico: spendPico(then).toString(),
    after_pico: spendPico(now).toString(),
    change_pico: change.changePico.toString(),
    volume_pico: change.volumePico.toString(),
    mix_pico: change.mixPico.toString(),
    tokens_pico: change.tokensPico.toString(),
    classes_pico: change.classesPico.toString(),
    price_pico: change.pricePico.toString(),
  };
}

/** The end of the hour that an instant lies in: hours are not divided. */
const wholeHour = (at: number): number => Math.ceil(at / HOUR_MS) * HOUR_MS;

const subjectOf = ({ endpoint, key, user }: Filters) => ({
  ...(endpoint !== undefined && { endpoint }),
  ...(key !== undefined && { keyId: key }),
  ...(user !== undefined && { user }),
});

const viewOf = ({ spend: sum, hour, ...group }: SpendSum): z.input<typeof spendSum> => ({
  ...(hour !== undefined && { hour: instantOf(hour) }),
  ...group,
  calls: sum.calls,
  cost_pico: modelCostPico(sum).toString(),
  cache_saved_pico: sum.savedPico.toString(),
  tokens: {
    input: sum.classes.input.tokens,
    cached_input: sum.classes.cachedInput.tokens,
    cache_write: sum.classes.cacheWrite.tokens,
    output: sum.classes.output.tokens,
    reasoning: sum.classes.reasoning.tokens,
  },
});

function anomalyOf(dear: DearHour): z.input<typeof listSpendAnomalies.answer>["data"][number] {
  const { subject, hour, anomaly } = dear;
  return {
    subject: `${subject.type} ${subject.name}`,
    hour: instantOf(hour),
    spent_pico: anomaly.spentPico.toString(),
    usual_pico: anomaly.baseline.medianPico.toString(),
    ratio: Number.isFinite(anomaly.ratio) ? anomaly.ratio : null,
    days: anomaly.baseline.days,
    why: whyDear(dear),
  };
}
