import type { MetricsReport, MetricsSender } from "../../adapters/exporters/otlp-metrics.ts";
import { withDeadline } from "../../delivery/with-deadline.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";

const SENDING = "sending metrics to the OTLP receiver";
/** How long the last report may hold up a stop, ms. */
const LAST_MS = 3_000;
/** How often it is looked whether there is somebody to send to, ms. */
const LOOK_MS = 5_000;

/** What sending metrics needs. */
export interface MetricsSendingTerms {
  readonly clock: Clock;
  readonly announcer: Announcer;
  /** Where to, and how often, as the project says now; `null` is nowhere. The same target is the same object. */
  readonly destination: () => { readonly sender: MetricsSender; readonly everyMs: number } | null;
  readonly report: () => Promise<MetricsReport>;
}

/** Sends metrics again and again, off the request's way. A report that is lost is made good by the next: everything counts up. */
export class MetricsSending {
  readonly #terms: MetricsSendingTerms;
  #cancel: () => void = () => {};
  #sending: Promise<void> = Promise.resolve();
  #isStopped = false;
  #isTroubled = false;

  constructor(terms: MetricsSendingTerms) {
    this.#terms = terms;
  }

  start(): void {
    if (this.#isStopped) return;
    const { clock, destination } = this.#terms;
    this.#cancel = clock.after(destination()?.everyMs ?? LOOK_MS, () => {
      this.#sending = this.send().then(() => this.start());
    });
  }

  /** Sends a last report, where that does not take long. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel();
    const { clock, destination } = this.#terms;
    const last = this.#sending.then(() => this.send());
    await withDeadline(clock, LAST_MS, last).catch(() => {});
    await destination()?.sender.close();
  }

  /** Sends a report; never rejects. */
  async send(): Promise<void> {
    const { announcer, destination, report } = this.#terms;
    const there = destination();
    if (there === null) return;
    try {
      await there.sender.send(await report());
      if (this.#isTroubled) announcer.recovered(SENDING);
      this.#isTroubled = false;
    } catch (error) {
      if (!this.#isTroubled) announcer.troubled(SENDING, error);
      this.#isTroubled = true;
    }
  }
}
