import type { FastifyInstance } from "fastify";
import { explainRollout, exportRollout, replayRollout, showSigningKey } from "../../contract/rollout-stories.ts";
import { readLog } from "../../delivery/read-log.ts";
import { replayRollout as replay } from "../../delivery/replay-rollout.ts";
import { tellRollout } from "../../delivery/tell-rollout.ts";
import { keyFingerprint } from "../../kit/signing-key.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { exportOf } from "./export-of.ts";
import { gentleJournal } from "./gentle-journal.ts";
import { listenersOf } from "./gates-view-of.ts";
import { instantOf } from "./instant-of.ts";
import { requireRollout } from "./require-rollout.ts";
import { serveRoute } from "./serve-route.ts";

/** What a rollout has to say for itself: its story, its decisions computed again, and both as a signed document. */
export function rolloutStories(app: FastifyInstance, { gateway, signer, ...admin }: AdminTerms): void {
  const delivery = { ...admin.delivery, journal: gentleJournal(admin.delivery.journal) };
  serveRoute(app, { gateway, route: explainRollout }, async ({ params, named }) => {
    const rollout = await requireRollout(delivery, params.rollout, { named });
    const { history, ...story } = await tellRollout(delivery, rollout, await readLog(delivery, rollout.id));
    const lines = history.map(({ at, ...line }) => ({ ...line, at: instantOf(at) }));
    return {
      rollout: rollout.id,
      paragraph: story.paragraph,
      metrics: [...story.metrics],
      changes: [...story.changes],
      told: listenersOf(rollout),
      history: lines,
    };
  });

  serveRoute(app, { gateway, route: replayRollout }, async ({ params, named }) => {
    const { id } = await requireRollout(delivery, params.rollout, { named });
    const { journal, engine, shadows: copies } = delivery;
    const { log, decisions } = await replay({ events: await readLog(delivery, id), journal, copies, engine });
    return {
      rollout: id,
      log: { intact: log === "intact", flaw: log === "intact" ? null : log.flaw },
      engine,
      decisions: decisions.map(({ at, facts, ...decision }) => ({ ...decision, facts: [...facts], at: instantOf(at) })),
    };
  });

  serveRoute(app, { gateway, route: exportRollout }, async ({ params, named }) => {
    const rollout = await requireRollout(delivery, params.rollout, { named });
    return exportOf(delivery, signer, rollout);
  });

  serveRoute(app, { gateway, route: showSigningKey }, async () => {
    const publicKey = await signer.publicKey();
    return { algorithm: "Ed25519" as const, key_id: keyFingerprint(publicKey), public_key: publicKey };
  });
}
