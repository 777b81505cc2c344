import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { liftFreeze, listFreezes, openFreeze } from "../../contract/freezes.ts";
import type { freezeView } from "../../contract/freezes.ts";
import type { FreezeWindow } from "../../domain/access/freeze-window.ts";
import { isInForce } from "../../domain/access/freeze.ts";
import type { Freeze, FreezeSubject } from "../../domain/access/freeze.ts";
import { keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import { closingOf, isOpenAt, nextOpening } from "../../domain/rollout/gates/open-windows.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Freezes: list, open, lift. In force with the next look at every rollout, on every replica. */
export function freezes(app: FastifyInstance, { gateway, delivery: { gating } }: AdminTerms): void {
  if (gating === null) return;
  const { clock, ids } = gateway;
  const { freezes: store, freezeWindows } = gating;

  serveRoute(app, { gateway, route: listFreezes }, async ({ query, environment }) => {
    const now = clock.now();
    const data = await store.list({ about: { environment }, limit: query.limit, ...(!query.all && { now }) });
    return {
      data: data.map((freeze) => viewOf(freeze, now)),
      planned: freezeWindows(environment).map((one) => plannedViewOf(one, now)),
    };
  });

  serveRoute(app, { gateway, route: openFreeze }, async ({ body, key, named, environment, gateway: own }) => {
    const { subject: wanted, reason, until } = body;
    if (wanted.type === "endpoint") requireEndpoint(own.routes, wanted.endpoint, "subject");
    if (wanted.type === "everything" && named !== null) {
      const action = `freeze more than the environment ${named}`;
      throw new RollwardError("forbidden", { prefix: keyPrefix(key?.id ?? ""), action, scope: "admin" });
    }
    const subject: FreezeSubject = wanted.type === "everything" ? wanted : { ...wanted, environment };
    const [at, end] = [clock.now(), until === null ? null : Date.parse(until)];
    if (end !== null && end <= at) {
      throw new RollwardError("invalid_request", {
        reason: "The freeze would be over before it begins.",
        param: "until",
      });
    }
    const freeze = { id: ids.next("frz"), subject, reason, by: key?.name ?? "unknown", at, until: end, lifted: null };
    await store.open(freeze);
    return viewOf(freeze, at);
  });

  serveRoute(app, { gateway, route: liftFreeze }, async ({ params, body: { reason }, key, named }) => {
    const notThere = new RollwardError("freeze_not_found", { freeze: params.freeze });
    const [known] = await store.list({ id: params.freeze, limit: 1 });
    const isOther = known?.subject.type === "everything" || known?.subject.environment !== named;
    if (known === undefined || (named !== null && isOther)) throw notThere;
    const lifted = await store.lift(params.freeze, { at: clock.now(), by: key?.name ?? "unknown", reason });
    if (lifted === null) throw notThere;
    return viewOf(lifted, clock.now());
  });
}

const viewOf = (freeze: Freeze, now: number): z.input<typeof freezeView> => ({
  id: freeze.id,
  subject: freeze.subject,
  reason: freeze.reason,
  by: freeze.by,
  at: instantOf(freeze.at),
  until: freeze.until === null ? null : instantOf(freeze.until),
  in_force: isInForce(freeze, now),
  lifted: freeze.lifted === null ? null : { ...freeze.lifted, at: instantOf(freeze.lifted.at) },
});

function plannedViewOf(
  { name, reason, zone, windows, endpoints }: FreezeWindow,
  now: number,
): z.input<typeof listFreezes.answer>["planned"][number] {
  const isOpen = isOpenAt(windows, zone, now);
  const until = isOpen ? closingOf(windows, zone, now) : null;
  const next = nextOpening(windows, zone, now);
  return {
    name,
    reason,
    zone,
    endpoints: endpoints === null ? null : [...endpoints],
    in_force: isOpen,
    until: until === null ? null : instantOf(until),
    next: next === null ? null : instantOf(next),
  };
}
