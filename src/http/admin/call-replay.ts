import type { FastifyInstance } from "fastify";
import { replayCall } from "../../contract/calls.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { textOfCall } from "../../domain/call/call-text.ts";
import type { CallText } from "../../domain/call/call-text.ts";
import { RollwardError } from "../../domain/errors.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Release } from "../../domain/release/release.ts";
import { sendApart } from "../../jobs/replay/send-apart.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { requireCall } from "./calls.ts";
import { namedRelease } from "./named-release.ts";
import { requirePayer } from "./require-payer.ts";
import { serveRoute } from "./serve-route.ts";

/** Replays that are under way at the same time: a person sends one and looks at it. */
const MOST_REPLAYS = 8;
/** Characters of an answer that are shown. */
const MOST_SHOWN = 200_000;

/** Sends recorded calls again, for a person. */
export function callReplay(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;
  let running = 0;
  serveRoute(app, { gateway, route: replayCall }, async ({ params, body, key, named }) => {
    const { facts, bodies } = await requireCall(admin, params.call, { named });
    const payer = requirePayer(key, facts);
    if (bodies.request === null) throw refused(`The bytes of ${facts.id} were not kept, so it cannot be sent again.`);
    const live = gateway.environments.named(facts.environment);
    if (live === undefined) throw refused(`This server no longer serves the environment ${facts.environment}.`);
    const release = await chosenRelease(admin, facts, body.release ?? null);
    if (running >= MOST_REPLAYS) throw new RollwardError("overloaded", { reason: "too many replays are under way" });
    running += 1;
    try {
      const { endpoint, environment, dialect, session } = facts;
      const { record, kept } = await sendApart({
        live,
        key: payer,
        environment,
        endpoint,
        release,
        dialect,
        request: bodies.request,
        session,
        replays: facts.id,
      });
      await admin.calls.append([kept]);
      const [before, after] = [textOfCall(bodies, MOST_SHOWN), textOfCall(record.bodies, MOST_SHOWN)];
      const { upstream } = record.bodies;
      return {
        call: kept.facts.id,
        release: release === null ? facts.requestedModel : releaseName(release),
        is_own: release === null || release.id === facts.releaseId,
        status: record.facts.status,
        before: shownOf(before),
        after: shownOf(after),
        is_same: shownOf(before) === shownOf(after) && before.tools.join("\n") === after.tools.join("\n"),
        upstream_is_same:
          bodies.upstream === null || upstream === null ? null : Buffer.compare(bodies.upstream, upstream) === 0,
        total_ms: record.facts.totalMs,
        cost_pico: record.facts.costPico.toString(),
        cost_before_pico: facts.costPico.toString(),
      };
    } finally {
      running -= 1;
    }
  });
}

/** What a person is shown of an answer: an error stands behind what the model had said. */
const shownOf = ({ answered, fault }: Pick<CallText, "answered" | "fault">): string =>
  [answered, fault].filter((text) => text !== "").join("\n");

const refused = (reason: string): RollwardError => new RollwardError("invalid_request", { reason, param: null });

/** The release that is asked for, or the call's own. */
async function chosenRelease(
  { delivery: { releases } }: AdminTerms,
  { release, releaseId, endpoint }: CallFacts,
  wanted: string | null,
): Promise<Release | null> {
  if (endpoint === null || releaseId === null) {
    if (wanted !== null) throw refused("A direct call has no release: leave `release` out.");
    return null;
  }
  if (wanted !== null && wanted !== release) return await namedRelease(releases, endpoint, wanted);
  const own = await releases.byId(releaseId);
  if (own === null) throw new RollwardError("release_not_found", { release: release ?? releaseId });
  return own;
}
