import type { FastifyInstance } from "fastify";
import { evaluateFlag, killFlag, listFlags, restoreFlag, showFlag } from "../../contract/flags.ts";
import type { Key } from "../../domain/access/key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { FlagKill } from "../../domain/flags/flag-kill.ts";
import type { Flag } from "../../domain/flags/flag.ts";
import { openFlags } from "../../gateway/flags/open-flags.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { flagSummaryOf, flagViewOf } from "./flag-view-of.ts";
import type { KnownFlag } from "./flag-view-of.ts";
import { serveRoute } from "./serve-route.ts";

/** Kill switches that are looked at for when a flag last changed. */
const MOST_KILLS = 10_000;
/** Names in an error; a list of hundreds helps nobody. */
const MOST_NAMES = 20;

/** Flags: what they are, what they would be, and their kill switches: in force here at once, on other replicas within a second. */
export function flags(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;

  serveRoute(app, { gateway, route: listFlags }, async ({ query, gateway: own }) => {
    const known = await knownFlags(admin, own, [...own.flags.set.flags.values()]);
    return { data: known.map(flagSummaryOf).filter(({ stale }) => !query.stale || stale !== null) };
  });

  serveRoute(app, { gateway, route: showFlag }, async ({ params, gateway: own }) =>
    flagViewOf(await knownFlag(admin, own, requireFlag(own, params.flag))),
  );

  serveRoute(app, { gateway, route: evaluateFlag }, ({ params, body, key, gateway: own }) => {
    const question = { key: keyFor(own, key, body.key), context: body.context, isRehearsal: true };
    const evaluation = openFlags(own, question).evaluate(params.flag);
    if (evaluation === null) throw notFound(own, params.flag);
    const { key: flag, ...rest } = evaluation;
    return { flag, ...rest, metadata: { ...rest.metadata } };
  });

  serveRoute(app, { gateway, route: killFlag }, async ({ params, body: { reason }, key, gateway: own }) => {
    const flag = requireFlag(own, params.flag);
    const { ids, clock } = own;
    const by = key?.name ?? "unknown";
    const { environment } = own.flags;
    await admin.flags.kill({
      id: ids.next("flk"),
      environment,
      flag: flag.key,
      reason,
      by,
      at: clock.now(),
      restored: null,
    });
    await admin.loadKills();
    return flagSummaryOf(await knownFlag(admin, own, flag));
  });

  serveRoute(app, { gateway, route: restoreFlag }, async ({ params, body: { reason }, key, gateway: own }) => {
    const flag = requireFlag(own, params.flag);
    const restored = { at: own.clock.now(), by: key?.name ?? "unknown", reason };
    const kill = await admin.flags.restore({ environment: own.flags.environment, flag: flag.key }, restored);
    if (kill === null) throw new RollwardError("flag_not_killed", { flag: flag.key });
    await admin.loadKills();
    return flagSummaryOf(await knownFlag(admin, own, flag));
  });
}

/** In an emergency a name that is mistyped must not look like a kill. */
function requireFlag(own: Gateway, name: string): Flag {
  const flag = own.flags.set.flags.get(name);
  if (flag === undefined) throw notFound(own, name);
  return flag;
}

function notFound({ flags: { set } }: Gateway, flag: string): RollwardError {
  const known = [...set.flags.keys()].slice(0, MOST_NAMES).join(", ") || "none";
  return new RollwardError("flag_not_found", { flag, known });
}

/** The key whose sessions are meant. */
function keyFor({ keys }: Gateway, caller: Key | null, id: string | undefined): Key {
  const key = id === undefined ? caller : keys.byId(id);
  if (key === undefined || key === null) throw new RollwardError("key_not_found", { key: id ?? "" });
  return key;
}

async function knownFlag(admin: AdminTerms, own: Gateway, flag: Flag): Promise<KnownFlag> {
  const [known] = await knownFlags(admin, own, [flag]);
  if (known === undefined) throw new Error("A flag that was asked for is known.");
  return known;
}

async function knownFlags(admin: AdminTerms, own: Gateway, wanted: readonly Flag[]): Promise<readonly KnownFlag[]> {
  const { environment, tally } = own.flags;
  const [only] = wanted;
  const isOne = wanted.length === 1 && only !== undefined;
  const records = new Map((await admin.flags.records(environment)).map((record) => [record.flag, record]));
  const whose = isOne ? { flag: { environment, flag: only.key } } : { environment };
  // One that is in force may be older than all that is looked at of the past.
  const [past, inForce] = [
    await admin.flags.kills({ inForce: false, limit: MOST_KILLS, ...whose }),
    await admin.flags.kills({ inForce: true, limit: MOST_KILLS, ...whose }),
  ];
  const seen = new Set(past.map(({ id }) => id));
  const kills = [...past, ...inForce.filter(({ id }) => !seen.has(id))];
  const byFlag = Map.groupBy(kills, (kill: FlagKill) => kill.flag);
  const unwritten = Map.groupBy(tally.peek(), ({ flag }) => flag);
  return wanted.map((flag) => ({
    flag,
    environment,
    now: own.clock.now(),
    record: records.get(flag.key) ?? null,
    unwritten: unwritten.get(flag.key) ?? [],
    kills: byFlag.get(flag.key) ?? [],
  }));
}
