import { hmacUnit, sha256Hex } from "../../kit/hash.ts";

/** What is rare about a session and worth looking at, the rarest first; `plain` is all others. */
export const STRATA = ["failed", "refused", "invalid", "tools", "long", "plain"] as const;
export type Stratum = (typeof STRATA)[number];

/** A session that can be replayed. */
export interface SampledFrom {
  /** Unique within the endpoint. */
  readonly unit: string;
  readonly stratum: Stratum;
}

/**
 * A session of a sample. Those that are `drawn` are a simple random sample, and every test rests on them alone. Those that
 * are `sought` were chosen because something rare was recorded of them: they are replayed and shown, but a sample chosen by
 * how the old release did would make any other release look better on what the old one happened to fail, so they count in
 * no test.
 */
export type Sampled<S extends SampledFrom> = S & { readonly part: "drawn" | "sought" };

/** One session of so many is sought, where there are rare ones. */
const SOUGHT_OF = 10;

/**
 * Draws `size` sessions by a hash of their names: the same seed and sessions give the same sample, a larger sample holds
 * the drawn of a smaller one, and what is known of a session does not change its lot.
 */
export function sampleSessions<S extends SampledFrom>(
  sessions: readonly S[],
  { size, seed }: { readonly size: number; readonly seed: string },
): readonly Sampled<S>[] {
  const key = sha256Hex(seed);
  const lots = sessions.map((session) => ({ session, lot: hmacUnit(key, session.unit) }));
  const inOrder = lots
    .toSorted((one, other) => one.lot - other.lot || (one.session.unit < other.session.unit ? -1 : 1))
    .map(({ session }) => session);
  const rare = inOrder.filter(({ stratum }) => stratum !== "plain").length;
  // What is sought must not depend on what was drawn, else the number drawn would.
  const sought = inOrder.length <= size ? 0 : Math.min(Math.floor(size / SOUGHT_OF), rare);
  const drawn = inOrder.slice(0, size - sought);
  const others = inOrder.slice(size - sought).filter(({ stratum }) => stratum !== "plain");
  return [
    ...drawn.map((session): Sampled<S> => ({ ...session, part: "drawn" })),
    ...inTurns(others, sought).map((session): Sampled<S> => ({ ...session, part: "sought" })),
  ];
}

/** One of each stratum in turn, the rarest first. */
function inTurns<S extends SampledFrom>(sessions: readonly S[], count: number): readonly S[] {
  const queues = STRATA.map((stratum) => sessions.filter((session) => session.stratum === stratum));
  const taken: S[] = [];
  for (let round = 0; taken.length < count && round < sessions.length; round += 1) {
    for (const queue of queues) {
      const next = queue[round];
      if (next !== undefined && taken.length < count) taken.push(next);
    }
  }
  return taken;
}
