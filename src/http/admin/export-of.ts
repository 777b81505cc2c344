import type { z } from "zod";
import type { rolloutExport } from "../../contract/rollout-stories.ts";
import { countEvidence } from "../../delivery/count-evidence.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import { readLog } from "../../delivery/read-log.ts";
import { replayRollout } from "../../delivery/replay-rollout.ts";
import { tellRollout } from "../../delivery/tell-rollout.ts";
import type { Reading } from "../../domain/evidence/evidence.ts";
import type { ShadowReading } from "../../domain/evidence/shadow-reading.ts";
import { releaseName } from "../../domain/release/release.ts";
import type { Rollout, RolloutEvent } from "../../domain/rollout/rollout.ts";
import { canonicalJson } from "../../kit/canonical-json.ts";
import { keyFingerprint } from "../../kit/signing-key.ts";
import type { Signer } from "../../ports/signer.ts";
import { instantOf } from "./instant-of.ts";
import { knownRelease } from "./known-release.ts";

type ExportedRollout = z.input<typeof rolloutExport>;

/** A rollout as a signed document: what is signed is its canonical JSON (RFC 8785) without the signature. */
export async function exportOf(delivery: Delivery, signer: Signer, rollout: Rollout): Promise<ExportedRollout> {
  const events = await readLog(delivery, rollout.id);
  const { paragraph, metrics, changes } = await tellRollout(delivery, rollout, events);
  const { epochs, journals } = await countEvidence(delivery, rollout.id);
  const document: Omit<ExportedRollout, "signature"> = {
    format: "rollward.rollout-export/1",
    exported_at: instantOf(delivery.clock.now()),
    engine: delivery.engine,
    rollout: await headOf(delivery, rollout),
    plan: rollout.plan,
    plan_digest: rollout.planDigest,
    events: events.map((event) => ({ ...event })),
    verdicts: await verdictsOf(delivery, events),
    evidence: { epochs: [...epochs], journals: [...journals] },
    story: { paragraph, metrics: [...metrics], changes: [...changes] },
  };
  // What is signed is what whoever reads the file will see: members that JSON does not know are gone by then.
  const text = canonicalJson(JSON.parse(JSON.stringify(document)));
  const publicKey = await signer.publicKey();
  const value = await signer.sign(text);
  return {
    ...document,
    signature: { algorithm: "Ed25519", key_id: keyFingerprint(publicKey), public_key: publicKey, value },
  };
}

async function headOf(delivery: Delivery, rollout: Rollout): Promise<ExportedRollout["rollout"]> {
  const releaseOf = async (id: string): Promise<ExportedRollout["rollout"]["stable"]> => {
    const release = await knownRelease(delivery.releases, id);
    return { id, name: releaseName(release), digest: release.digest };
  };
  return {
    id: rollout.id,
    ...rollout.channel,
    strategy: rollout.plan.strategy,
    state: rollout.phase,
    outcome: rollout.outcome,
    stable: await releaseOf(rollout.stable),
    candidate: await releaseOf(rollout.candidate),
  };
}

/** What every decision that rests on evidence saw, in short, and whether it comes out the same again; the readings stand in the log. */
async function verdictsOf(
  { journal, engine, shadows: copies }: Delivery,
  events: readonly RolloutEvent[],
): Promise<ExportedRollout["verdicts"]> {
  const { decisions } = await replayRollout({ events, journal, copies, engine });
  const bySeq = new Map(events.map(({ seq, fact }) => [seq, fact]));
  return decisions.flatMap(({ seq, at, facts, result, detail }) => {
    const fact = bySeq.get(seq);
    if (fact?.type !== "EvidenceSnapshot" && fact?.type !== "ShadowSnapshot") return [];
    const { union } = fact.reading;
    return [
      {
        seq,
        at: instantOf(at),
        facts: [...facts],
        replay: result,
        replay_detail: detail,
        log_r: union.logR,
        threshold: union.threshold,
        ...(fact.type === "EvidenceSnapshot" ? seenOnSessions(fact.reading) : seenOnCopies(fact.reading)),
      },
    ];
  });
}

type Seen = Pick<ExportedRollout["verdicts"][number], "sessions" | "metrics">;

const seenOnSessions = ({ sessions, metrics }: Reading): Seen => ({
  sessions: { ...sessions },
  metrics: metrics.map(({ metric, verdict, harm, noWorse }) => ({
    metric,
    verdict,
    log_harm: harm.logE,
    log_no_worse: noWorse.logE,
  })),
});

/** A pair is a session of either arm. */
const seenOnCopies = ({ pairs, metrics }: ShadowReading): Seen => ({
  sessions: { stable: pairs, candidate: pairs },
  metrics: metrics.map(({ metric, harm, noWorse }) => ({
    metric: `shadow:${metric}`,
    verdict: harm.crossed ? "harm" : noWorse.crossed ? "non-inferior" : "inconclusive",
    log_harm: harm.logE,
    log_no_worse: noWorse.logE,
  })),
});
