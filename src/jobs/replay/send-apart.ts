import type { Key } from "../../domain/access/key.ts";
import type { BacktestMark, CallRecord } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import type { Release } from "../../domain/release/release.ts";
import type { Session } from "../../domain/traffic/assignment.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { Environments, Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { NO_OBSERVER } from "../../ports/session-observer.ts";
import type { DialectName } from "../../ports/dialect.ts";
import type { Pins } from "../../ports/pins.ts";
import { keptRecord } from "../backtest/kept-record.ts";
import { arrivalOf } from "../backtest/replay-call.ts";

/** A call that a person makes to look at its answer; users see nothing of it. */
export interface ApartOrder {
  /** The gateway of its environment. */
  readonly live: Gateway;
  /** Who asks: limits, budgets and spend are this key's. */
  readonly key: Key;
  readonly environment: string;
  /** `null` for a direct call of a model. */
  readonly endpoint: string | null;
  /** What answers; `null` for a direct call, which has none. */
  readonly release: Release | null;
  readonly dialect: string;
  /** As a client would send it. */
  readonly request: Uint8Array;
  readonly session: Session | null;
  /** Id of the recorded call that is sent again; "" for a request of the person's own. */
  readonly replays: string;
}

/** A call apart as it came, and as it is kept: with its bytes only where the release keeps those of users. */
export interface ApartOutcome {
  readonly record: CallRecord;
  readonly kept: CallRecord;
}

const NO_PINS: Pins = { get: () => undefined, set: () => {}, forgotten: () => 0 };

/**
 * Sends a request on the stages of a live call, with one release in the place of the channel's: nothing is pinned, kept,
 * copied or counted as evidence, and the record is marked. Limits and budgets hold, and the key pays. Throws
 * `invalid_request` for a dialect whose requests are not one document.
 */
export async function sendApart(order: ApartOrder): Promise<ApartOutcome> {
  const { live, key, release, session, request, replays } = order;
  const dialect = live.dialects.get(order.dialect as DialectName);
  if (dialect === undefined || dialect.outline === undefined) {
    const reason = `A call in ${order.dialect} is no conversation, so it cannot be sent again here.`;
    throw new RollwardError("invalid_request", { reason, param: null });
  }
  const taken: CallRecord[] = [];
  const gateway = apartGateway(order, (record) => taken.push(record));
  const { buffer, byteOffset, byteLength } = request;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  await handle(
    gateway,
    arrivalOf(key, { dialect, bytes, session }, () => {}),
  );
  const [record] = taken;
  if (record === undefined) throw new Error("A call was handled and not recorded.");
  const backtest: BacktestMark = { id: live.ids.next("rpl"), replays };
  const marked = { ...record, facts: { ...record.facts, arm: null, backtest } };
  return { record: marked, kept: release === null ? marked : keptRecord(record, release, { arm: null, backtest }) };
}

function apartGateway(
  { live, endpoint, environment, release }: ApartOrder,
  take: (record: CallRecord) => void,
): Gateway {
  const { errors: _errors, copies: _copies, ...plain } = live;
  const route = release === null || endpoint === null ? null : routeOf({ endpoint, environment }, release);
  const gateway: Gateway = {
    ...plain,
    ...(route !== null && { routes: { byEndpoint: () => route, all: () => [route] } }),
    pins: NO_PINS,
    observer: NO_OBSERVER,
    sessionRoutes: { get: () => undefined, set: () => {} },
    // No live call is led round a provider because of a call like this.
    health: new HealthBoard(),
    recorder: { record: take, counts: () => live.recorder.counts(), flush: async () => {} },
    environments: only(() => gateway, environment),
  };
  return gateway;
}

const only = (gateway: () => Gateway, environment: string): Environments => ({
  own: environment,
  forKey: gateway,
  named: gateway,
  all: () => [gateway()],
});

/** The release without a cache, and with its bytes: what is kept of them is decided when the call is recorded. */
function routeOf(channel: Route["channel"], release: Release): Route {
  const { cache: _, ...policies } = release.content.policies;
  const content = { ...release.content, policies: { ...policies, record: "exact" as const } };
  return { channel, epoch: 0, stable: { ...release, content }, split: null, draining: null };
}
