import { canonicalJson } from "../../kit/canonical-json.ts";
import { NO_HASH } from "../../kit/hash-chain.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { reduce } from "./reduce.ts";
import type { Actor, Rollout, RolloutEvent, RolloutFact } from "./rollout.ts";

/** What all entries of one decision share. */
export interface LogMeta {
  readonly rolloutId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly actor: Actor;
  /** Why, in words; a promotion without proof must have one. */
  readonly reason: string;
}

/**
 * Chains facts to a rollout's log (`null`: a new one) and reduces them: the entries to append and the
 * snapshot after them. Throws when a person overrides the evidence without a reason.
 */
export function appendFacts(
  rollout: Rollout | null,
  facts: readonly RolloutFact[],
  meta: LogMeta,
): { readonly events: readonly RolloutEvent[]; readonly rollout: Rollout } {
  const events: RolloutEvent[] = [];
  let state = rollout;
  for (const fact of facts) {
    if (fact.type === "PromotionDecided" && fact.basis === "human_override" && meta.reason.trim() === "") {
      throw new Error(`The rollout ${meta.rolloutId} cannot be promoted without proof unless a reason is given.`);
    }
    const unsealed = { ...meta, seq: (state?.seq ?? 0) + 1, fact, prevHash: state?.lastHash ?? NO_HASH };
    const event: RolloutEvent = { ...unsealed, hash: seal(unsealed) };
    events.push(event);
    state = reduce(state, event);
  }
  if (state === null) throw new Error(`The rollout ${meta.rolloutId} cannot be opened without facts.`);
  return { events, rollout: state };
}

/** SHA-256 of the canonical form (RFC 8785) of everything but the hash, 64 hex digits. */
function seal({ rolloutId, seq, at, actor, reason, fact, prevHash }: Omit<RolloutEvent, "hash">): string {
  return sha256Hex(canonicalJson({ rolloutId, seq, at, actor, reason, fact, prevHash }));
}

/**
 * Whether the entries are whole: consecutive, of one rollout, each sealed and chained to the one before.
 * A page from the middle of a log is checked from its first entry on; only a log that begins at 1 proves
 * that nothing was cut off before it, and no log proves that nothing was cut off behind it.
 */
export function verifyLog(
  events: readonly RolloutEvent[],
): { readonly ok: true } | { readonly ok: false; readonly seq: number; readonly reason: string } {
  let previous: RolloutEvent | null = null;
  for (const event of events) {
    const reason = flawOf(event, previous);
    if (reason !== null) return { ok: false, seq: event.seq, reason };
    previous = event;
  }
  return { ok: true };
}

function flawOf(event: RolloutEvent, previous: RolloutEvent | null): string | null {
  if (event.hash !== seal(event)) return "The entry was changed after it was written: its hash does not fit.";
  if (previous === null) return event.seq === 1 ? flawOfFirst(event) : null;
  if (event.rolloutId !== previous.rolloutId) return `The entry belongs to the rollout ${event.rolloutId}.`;
  if (event.seq !== previous.seq + 1) return `The entry follows number ${previous.seq}; something is missing between.`;
  return event.prevHash === previous.hash ? null : "The entry is not chained to the one before it.";
}

function flawOfFirst({ prevHash, fact }: RolloutEvent): string | null {
  if (prevHash !== NO_HASH) return "The first entry points at an entry before it.";
  return fact.type === "Created" ? null : `The log begins with ${fact.type} instead of Created.`;
}

/** The snapshot that a whole log adds up to. Throws on an empty log or one that does not begin with `Created`. */
export function replay(events: readonly RolloutEvent[]): Rollout {
  const rollout = events.reduce<Rollout | null>(reduce, null);
  if (rollout === null) throw new Error("A rollout cannot be replayed from an empty log.");
  return rollout;
}
