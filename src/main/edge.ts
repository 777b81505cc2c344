import type { FastifyInstance } from "fastify";
import { admin } from "../http/admin/admin.ts";
import type { Admin } from "../http/admin/admin.ts";
import { createApp } from "../http/app.ts";
import type { House } from "./plug.ts";
import { VERSION } from "./version.ts";

/** The HTTP edge of a house. `bodyBytes` bounds request bodies; `isStopping` turns readiness off. */
export function createEdge(
  house: House,
  { bodyBytes, isStopping }: { readonly bodyBytes: number; readonly isStopping: () => boolean },
): FastifyInstance {
  const { stores, host, gateway, delivery, announcer } = house;
  const terms: Admin = {
    gateway,
    delivery,
    calls: stores.calls,
    keys: stores.keys,
    version: VERSION,
    apply: ({ main, files, dry_run }, actor) =>
      host.apply({ main, files: new Map(Object.entries(files)), dryRun: dry_run }, actor),
    async unready() {
      if (isStopping()) return "it is stopping";
      return (await stores.ready()) ? null : "the database does not answer";
    },
    health: () => healthOf(house),
  };
  return createApp({ gateway, announcer, bodyBytes, register: (app) => admin(app, terms) });
}

async function healthOf({ stores, gateway, delivery }: House): ReturnType<Admin["health"]> {
  const records = gateway.recorder.counts();
  return {
    version: VERSION,
    uptime_seconds: process.uptime(),
    in_flight: gateway.load.inFlight,
    database: { kind: stores.kind, ready: await stores.ready() },
    records: {
      recorded: records.recorded,
      dropped_bodies: records.droppedBodies,
      dropped_facts: records.droppedFacts,
      waiting: records.waiting,
      waiting_bytes: records.waitingBytes,
    },
    evidence: delivery.log.counts(),
    pins_forgotten: gateway.pins.forgotten(),
    resident_bytes: process.memoryUsage.rss(),
  };
}
