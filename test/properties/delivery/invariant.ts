import type { Entry, Look, Told } from "./chronicle.ts";

/** A law of the delivery reference, section 8.4: its number, its sentence, and how it is looked at. */
export interface Invariant {
  readonly number: number;
  readonly sentence: string;
  readonly check: (look: Look) => void | Promise<void>;
}

/** What breaks a law. */
export class Broken extends Error {}

/** Fails with what was seen when the condition does not hold. */
export function must(condition: boolean, seen: string | (() => string)): asserts condition {
  if (!condition) throw new Broken(typeof seen === "string" ? seen : seen());
}

/** Fails unless both have the same JSON. */
export function mustEqual(actual: unknown, wanted: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(wanted)];
  must(is === should, () => `${what}: ${is} instead of ${should}`);
}

/** Every new entry of every log. */
export function* freshEntries({ rollouts }: Look): Generator<Entry & { readonly told: Told }> {
  for (const told of rollouts) for (const entry of told.fresh) yield { ...entry, told };
}

/** Whether the log says, before the entry, that this epoch reached every live replica. */
export const wasAcked = ({ events }: Told, epoch: number, seq: number): boolean =>
  events.some((event) => event.seq < seq && event.fact.type === "RoutesAcked" && event.fact.epoch === epoch);

/** The other entries of the decision that an entry belongs to: same moment, same actor, same reason. */
export const decisionOf = ({ events }: Told, { event }: Entry): readonly Told["events"][number][] =>
  events.filter(
    ({ at, actor, reason }) =>
      at === event.at && reason === event.reason && JSON.stringify(actor) === JSON.stringify(event.actor),
  );
