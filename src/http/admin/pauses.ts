import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { liftPause, listPauses, openPause } from "../../contract/pauses.ts";
import type { pauseView } from "../../contract/pauses.ts";
import { IN_FORCE } from "../../domain/access/pause.ts";
import type { Pause, PauseSubject } from "../../domain/access/pause.ts";
import { RollwardError } from "../../domain/errors.ts";
import { isDatabaseAway } from "../../domain/is-database-away.ts";
import { chainOf } from "../../domain/release/fault-policy.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import type { AdminPlace } from "./place-of.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { serveRoute } from "./serve-route.ts";

/** Emergency stops: list, open, lift. In force here at once, on other replicas within a second. */
export function pauses(app: FastifyInstance, { gateway, keys, storesOf }: AdminTerms): void {
  const { clock, ids } = gateway;
  /** Here at once, whatever becomes of the look at what is written; that is looked at again by itself. */
  const obey = async ({ environment, gateway: own }: AdminPlace, said: Pause): Promise<void> => {
    const others = own.pauses.all().filter(({ id }) => id !== said.id);
    own.pauses.replace(said.lifted === null ? [said, ...others] : others);
    if (said.unwritten === true) return;
    const written = storesOf(environment).pauses.list(IN_FORCE);
    own.pauses.replace(await written.catch(insteadWhereAway(() => own.pauses.all())));
  };

  serveRoute(app, { gateway, route: listPauses }, async ({ query, ...place }) => {
    const listed = storesOf(place.environment).pauses.list({ inForce: !query.all, limit: query.limit });
    const inForce = (): readonly Pause[] => place.gateway.pauses.all().slice(0, query.limit);
    return { data: (await (query.all ? listed : listed.catch(insteadWhereAway(inForce)))).map(viewOf) };
  });

  serveRoute(app, { gateway, route: openPause }, async ({ body: { subject, reason }, key, ...place }) => {
    await requireKnown(place.gateway, keys, subject);
    const { pauses: store } = storesOf(place.environment);
    const by = key?.name ?? "unknown";
    const id = ids.next("pau");
    const pause = await store.open({ id, subject, reason, by, at: clock.now(), lifted: null });
    await obey(place, pause);
    return { ...viewOf(pause), already: pause.id !== id };
  });

  serveRoute(app, { gateway, route: liftPause }, async ({ params, body: { reason }, key, ...place }) => {
    const { pauses: store } = storesOf(place.environment);
    const pause = await store.lift(params.pause, { at: clock.now(), by: key?.name ?? "unknown", reason });
    if (pause === null) throw new RollwardError("pause_not_found", { pause: params.pause });
    await obey(place, pause);
    return viewOf(pause);
  });
}

/** What is in force is known without the database. */
const insteadWhereAway =
  <T>(instead: () => T) =>
  (error: unknown): T => {
    if (isDatabaseAway(error)) return instead();
    throw error;
  };

/** In an emergency a name that is mistyped must not look like a stop. */
async function requireKnown({ routes, keys, pauses }: Gateway, store: KeyStore, subject: PauseSubject): Promise<void> {
  if (subject.type === "endpoint") requireEndpoint(routes, subject.name, "subject");
  if (subject.type === "model") return requireWayAround({ routes, pauses }, subject);
  if (subject.type === "key" && keys.byId(subject.name) === undefined) {
    throw new RollwardError("key_not_found", { key: subject.name });
  }
  if (subject.type !== "tenant") return;
  const tenants = [...new Set((await store.list()).flatMap(({ tenant }) => tenant ?? []))];
  if (tenants.includes(subject.name)) return;
  const known = tenants.slice(0, 20).join(", ") || "none";
  throw new RollwardError("invalid_request", {
    reason: `No key has the tenant ${subject.name}; there are: ${known}.`,
    param: "subject",
  });
}

type ModelSubject = Extract<PauseSubject, { readonly type: "model" }>;

/** A model that nobody could step in for must not look as if calls went around it. */
function requireWayAround({ routes, pauses }: Pick<Gateway, "routes" | "pauses">, subject: ModelSubject): void {
  const { endpoint, name } = subject;
  const { stable } = requireEndpoint(routes, endpoint, "subject");
  const models = chainOf(stable.content).map(({ provider, model }) => `${provider}/${model}`);
  const left = models.filter((model) => model !== name && pauses.around(endpoint)?.has(model) !== true);
  if (models.includes(name) && left.length > 0) return;
  const chain = `${releaseName(stable)} has ${models.join(", ")}`;
  throw new RollwardError("invalid_request", {
    reason: models.includes(name)
      ? `No other model of ${endpoint} is left to answer: ${chain}.`
      : `${endpoint} does not ask ${name}: ${chain}.`,
    param: "subject",
  });
}

const viewOf = ({ id, subject, reason, by, at, lifted, rule, unwritten }: Pause): z.input<typeof pauseView> => ({
  id,
  subject,
  reason,
  by,
  at: instantOf(at),
  lifted: lifted === null ? null : { ...lifted, at: instantOf(lifted.at) },
  rule: rule === undefined ? null : { ...rule, until: rule.until === null ? null : instantOf(rule.until) },
  only_here: unwritten === true,
});
