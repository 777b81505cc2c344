import type { EvidenceCut } from "../domain/evidence/evidence-cut.ts";
import type { Reading } from "../domain/evidence/evidence.ts";
import { releaseName } from "../domain/release/release.ts";
import type { Rollout, RolloutEvent } from "../domain/rollout/rollout.ts";
import { tellStory } from "../domain/rollout/story/tell-story.ts";
import type { Story } from "../domain/rollout/story/tell-story.ts";
import type { Delivery } from "./delivery.ts";
import { etaOf } from "./eta-of.ts";
import { tryMargins } from "./try-margins.ts";

/**
 * Why a rollout stopped, went on or came back. While it runs, on the evidence as it stands; afterwards on that of its
 * last snapshot. What another margin would have said is computed again from the journal.
 */
export async function tellRollout(
  delivery: Delivery,
  rollout: Rollout,
  events: readonly RolloutEvent[],
): Promise<Story> {
  const { reading, cut } = groundOf(delivery, rollout, events);
  const candidate = await delivery.releases.byId(rollout.candidate);
  return tellStory({
    rollout,
    events,
    reading,
    trials: cut === null ? [] : await tryMargins(delivery.journal, rollout, cut),
    eta: etaOf(delivery, rollout),
    candidate: candidate === null ? rollout.candidate : releaseName(candidate),
  });
}

interface Ground {
  readonly reading: Reading | null;
  readonly cut: EvidenceCut | null;
}

function groundOf(delivery: Delivery, { id, reading }: Rollout, events: readonly RolloutEvent[]): Ground {
  const ledger = delivery.observatory.ledger(id);
  if (ledger !== null) {
    const cut = ledger.cut();
    return { reading: ledger.reading(), cut: cut === null ? null : { engine: delivery.engine, ...cut } };
  }
  const last = events.findLast(({ fact }) => fact.type === "EvidenceSnapshot")?.fact;
  return { reading, cut: last?.type === "EvidenceSnapshot" ? (last.cut ?? null) : null };
}
