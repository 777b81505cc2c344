import type { FastifyInstance } from "fastify";
import { showStorage } from "../../contract/storage.ts";
import type { StorageClass } from "../../ports/storage-gauge.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { keptFor } from "./kept-for.ts";
import { serveRoute } from "./serve-route.ts";

const WORDS: Readonly<Record<StorageClass, string>> = {
  facts: "facts of calls: who, what, when, tokens, cost, attempts",
  bodies: "exact bytes of requests and answers, compressed",
  search: "index of calls and their words",
  evidence: "evidence of rollouts, feedback, copies, backtests",
  series: "tallies by the minute and hour, spend",
  traces: "spans that applications sent",
  answers: "answers of the cache, responses that can be gone on with",
  other: "releases, rollouts, keys, flags, alerts, incidents and all the rest",
};

/** What fills the disk. */
export function storage(app: FastifyInstance, { gateway, storage: gauge, retention }: AdminTerms): void {
  serveRoute(app, { gateway, route: showStorage }, async () => {
    const shares = await gauge.measure();
    const kept = keptFor(retention());
    return {
      database: gauge.kind,
      bytes: shares.reduce((sum, { bytes }) => sum + bytes, 0),
      data: shares.map(({ storageClass, ...share }) => ({
        kind: storageClass,
        words: WORDS[storageClass],
        kept: kept[storageClass],
        ...share,
      })),
    };
  });
}
