import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { listBacktests, planBacktest, showBacktest, startBacktest, stopBacktest } from "../../contract/backtests.ts";
import { verdictOf } from "../../domain/backtest/backtest.ts";
import type { Backtest } from "../../domain/backtest/backtest.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Release } from "../../domain/release/release.ts";
import { resultOf } from "../../jobs/backtest/run-backtest.ts";
import { actorOf } from "./actor-of.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { backtestViewOf } from "./backtest-view-of.ts";
import { requireNamed } from "./place-of.ts";
import type { AdminPlace } from "./place-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

const WEEK_MS = 7 * 24 * 60 * 60_000;
const PICO_PER_USD = 1e12;

/** Backtests: plan, agree, stop, list, show. */
export function backtests(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, backtests: desk } = admin;

  serveRoute(app, { gateway, route: planBacktest }, async ({ body, environment, gateway: { routes }, key }) => {
    const now = gateway.clock.now();
    const { stable } = requireEndpoint(routes, body.candidate.slice(0, body.candidate.lastIndexOf("@")), "candidate");
    const candidate = await releaseOf(admin, body.candidate);
    const planned = await desk.plan({
      channel: { endpoint: candidate.endpoint, environment },
      candidate,
      baseline: body.against === "stable" ? stable : await releaseOf(admin, body.against, candidate.endpoint),
      terms: {
        from: body.since === undefined ? now - WEEK_MS : Date.parse(body.since),
        until: body.until === undefined ? now : Date.parse(body.until),
        sample: body.sample,
        concurrency: body.concurrency,
      },
      budgetPico: body.budget_usd === undefined ? null : BigInt(Math.round(body.budget_usd * PICO_PER_USD)),
      seed: body.seed ?? null,
      actor: actorOf(key),
    });
    return viewOf(admin, body.start ? await desk.begin(planned.id) : planned);
  });

  serveRoute(app, { gateway, route: startBacktest }, async ({ params, named }) => {
    await requireBacktest(admin, params.backtest, { named });
    return viewOf(admin, await desk.begin(params.backtest));
  });

  serveRoute(app, { gateway, route: stopBacktest }, async ({ params, key, named }) => {
    await requireBacktest(admin, params.backtest, { named });
    return viewOf(admin, await desk.stop(params.backtest, key?.name ?? "somebody"));
  });

  serveRoute(app, { gateway, route: listBacktests }, async ({ query, environment }) => {
    const { endpoint, state, limit } = query;
    const filter = {
      environment,
      limit,
      ...(endpoint !== undefined && { endpoint }),
      ...(state !== undefined && { state }),
    };
    const found = await admin.backtestStore.list(filter);
    return {
      data: await Promise.all(
        found.map(async (backtest) => ({
          ...backtestViewOf(backtest, { progress: await admin.backtestStore.progress(backtest.id), result: null }),
          verdict: backtest.ended?.result == null ? null : verdictOf(backtest),
        })),
      ),
    };
  });

  serveRoute(app, { gateway, route: showBacktest }, async ({ params, query, named }) =>
    viewOf(admin, await requireBacktest(admin, params.backtest, { named }), query.so_far),
  );
}

/** A backtest, if whoever asks may see it. */
async function requireBacktest(
  { backtestStore }: AdminTerms,
  id: string,
  place: Pick<AdminPlace, "named">,
): Promise<Backtest> {
  const notThere = new RollwardError("backtest_not_found", { backtest: id });
  const backtest = await backtestStore.byId(id);
  if (backtest === null) throw notThere;
  requireNamed(place, backtest.channel.environment, notThere);
  return backtest;
}

/** A release by the name that people use. Throws `release_not_found`, or `invalid_request` for one of another endpoint. */
async function releaseOf({ delivery }: AdminTerms, name: string, endpoint?: string): Promise<Release> {
  const at = name.lastIndexOf("@");
  const own = name.slice(0, at);
  if (endpoint !== undefined && own !== endpoint) {
    const reason = `${name} is no release of ${endpoint}: only releases of one endpoint can be compared.`;
    throw new RollwardError("invalid_request", { reason, param: "against" });
  }
  const release = await delivery.releases.byNumber(own, Number(name.slice(at + 1)));
  if (release === null) throw new RollwardError("release_not_found", { release: name });
  return release;
}

/** What it has found so far is reckoned anew each time: only for who asks for it. */
async function viewOf(
  { backtestStore }: AdminTerms,
  backtest: Backtest,
  isSoFar = false,
): Promise<z.input<typeof showBacktest.answer>> {
  const progress = await backtestStore.progress(backtest.id);
  const soFar =
    isSoFar && backtest.state === "running" ? await resultOf({ store: backtestStore }, backtest, { how: null }) : null;
  return backtestViewOf(backtest, { progress, result: backtest.ended?.result ?? soFar });
}
