import type { CallFacts } from "../call/call-record.ts";

/** A model answered as something that it had not answered as before, as far as this process knows. */
export interface ServedSight {
  readonly environment: string;
  /** `provider/model` as it was asked. */
  readonly model: string;
  /** The model that the answer names. */
  readonly answeredAs: string;
  /** The provider's own mark of the system that answered; `null` where it gives none. */
  readonly fingerprint: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Models that are remembered, and what each is known to answer as: providers run several systems at a time. */
const MOST_MODELS = 1_000;
const MOST_ANSWERS = 32;
/** Sights that wait to be taken. */
const MOST_SIGHTS = 200;

/**
 * What models answer as. A provider may put another model behind a name, or change the system that runs it, without a
 * word; the answers tell. One look-up a call.
 */
export class ServedBook {
  readonly #known = new Map<string, { last: string; readonly seen: Set<string> }>();
  #sights: ServedSight[] = [];

  /** Notes what answered a call, where its answer says so. */
  note({ environment, attempts, at }: Pick<CallFacts, "environment" | "attempts" | "at">): void {
    const attempt = attempts.at(-1);
    const answered = attempt?.answered;
    if (attempt === undefined || answered === undefined) return;
    const key = `${environment} ${attempt.provider}/${attempt.model}`;
    const { model, fingerprint = "" } = answered;
    const mark = fingerprint === "" ? model : `${model} ${fingerprint}`;
    const known = this.#known.get(key);
    if (known?.last === mark) return;
    if (known === undefined && this.#known.size >= MOST_MODELS) return;
    const seen = known?.seen ?? new Set<string>();
    if (known === undefined) this.#known.set(key, { last: mark, seen });
    else known.last = mark;
    if (seen.has(mark) || seen.size >= MOST_ANSWERS || this.#sights.length >= MOST_SIGHTS) return;
    seen.add(mark);
    this.#sights.push({
      environment,
      model: `${attempt.provider}/${attempt.model}`,
      answeredAs: model,
      fingerprint: fingerprint === "" ? null : fingerprint,
      at,
    });
  }

  /** What was seen since it was taken last. */
  take(): readonly ServedSight[] {
    const sights = this.#sights;
    if (sights.length > 0) this.#sights = [];
    return sights;
  }
}
