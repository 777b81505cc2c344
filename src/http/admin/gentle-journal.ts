import type { EvidenceJournal, JournalBatch } from "../../ports/evidence-journal.ts";

/** Entries that are computed with before the calls of the process get their turn: some milliseconds' worth. */
const SLICE = 250;

/** A journal that is read in small pieces, so that computing a long rollout again delays no call. */
export const gentleJournal = (journal: EvidenceJournal): EvidenceJournal => ({
  append: (batches) => journal.append(batches),
  read: (rolloutId) => slices(journal.read(rolloutId)),
  readAfter: (rolloutId, seen) => journal.readAfter(rolloutId, seen),
});

async function* slices(batches: AsyncIterable<JournalBatch>): AsyncIterable<JournalBatch> {
  for await (const { entries, ...batch } of batches) {
    for (let start = 0; start < entries.length; start += SLICE) {
      yield { ...batch, entries: entries.slice(start, start + SLICE) };
      await new Promise((resolve) => void setImmediate(resolve));
    }
  }
}
