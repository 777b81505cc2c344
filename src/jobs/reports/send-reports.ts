import { consoleLink } from "../../domain/alerts/console-link.ts";
import type { Telling } from "../../domain/alerts/delivery.ts";
import type { NotifierSettings } from "../../domain/alerts/notifier-settings.ts";
import { periodAt, periodBefore } from "../../domain/reports/period.ts";
import type { Period } from "../../domain/reports/period.ts";
import { reportHeading } from "../../domain/reports/report-lines.ts";
import type { ReportSettings } from "../../domain/reports/report-settings.ts";
import { reportHtml, reportMarkdown } from "../../domain/reports/write-report.ts";
import type { Report } from "../../domain/reports/report.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Notifiers } from "../../ports/notifier.ts";
import type { ReportLog } from "../../ports/report-log.ts";
import { LeaderRounds } from "../leader-rounds.ts";

/** How often somebody looks whether a report is due, ms. */
const EVERY_MS = 60_000;
/** A report that could not be sent for so long is not sent any more, ms: nobody wants the week before last. */
const LATE_MS = 3 * 86_400_000;
/** How long a notifier that failed is let be, ms. */
const REST_MS = 10 * 60_000;
const HOUR_MS = 3_600_000;

const SENDING = "sending reports";

/** Who wants reports of an environment. */
export interface ReportReaders {
  readonly environment: string;
  readonly reports: readonly ReportSettings[];
  readonly notifiers: ReadonlyMap<string, NotifierSettings>;
}

/** What sending needs. */
export interface ReportSenderTerms {
  readonly log: ReportLog;
  readonly readers: () => readonly ReportReaders[];
  readonly report: (environment: string, period: Period) => Promise<Report>;
  readonly notifiers: Pick<Notifiers, "tell">;
  /** Where people reach this server, without a slash at its end; absent or `null` where it does not know. */
  readonly publicUrl?: string | null;
  readonly clock: Clock;
  readonly announcer: Announcer;
  readonly isLeader: () => boolean;
}

/** Sends reports of weeks and months that are over, each once to each reader. */
export class ReportSender {
  readonly #terms: ReportSenderTerms;
  readonly #restingUntil = new Map<string, number>();
  readonly #rounds: LeaderRounds;

  constructor(terms: ReportSenderTerms) {
    this.#terms = terms;
    this.#rounds = new LeaderRounds({ what: SENDING, everyMs: EVERY_MS, look: () => this.look() }, terms);
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): void {
    this.#rounds.stop();
  }

  /** Sends what is due. */
  async look(): Promise<void> {
    const now = this.#terms.clock.now();
    for (const { environment, reports, notifiers } of this.#terms.readers()) {
      for (const { name, every, hour, to } of reports) {
        const period = periodBefore(periodAt(every, now));
        const due = period.to + hour * HOUR_MS;
        if (now < due || now >= due + LATE_MS) continue;
        for (const reader of to) {
          const settings = notifiers.get(reader);
          const id = `${environment}/${name}/${reader}/${period.name}`;
          if (settings !== undefined) await this.#send({ id, environment, period, settings });
        }
      }
    }
  }

  /** Claimed before it is sent: rather never than twice, should this process end in between. */
  async #send({ id, environment, period, settings }: Errand): Promise<void> {
    const { log, clock, notifiers, report, publicUrl } = this.#terms;
    const now = clock.now();
    if (now < (this.#restingUntil.get(id) ?? 0)) return;
    if (!(await log.claim(id, now))) return;
    const made = await report(environment, period).catch(async (error: unknown) => {
      await log.release(id);
      throw error;
    });
    const answer = await notifiers.tell(settings, {
      id: id.replaceAll("/", "."),
      telling: tellingOf(made, { id, at: now, publicUrl: publicUrl ?? null }),
    });
    this.#restingUntil.delete(id);
    if (answer.isSent || answer.isFinal) {
      if (!answer.isSent) this.#terms.announcer.troubled(`${SENDING} (${id})`, new Error(answer.trouble));
      return;
    }
    this.#restingUntil.set(id, now + REST_MS);
    await log.release(id);
  }
}

interface Errand {
  readonly id: string;
  readonly environment: string;
  readonly period: Period;
  readonly settings: NotifierSettings;
}

interface TellingPlace {
  readonly id: string;
  readonly at: number;
  readonly publicUrl: string | null;
}

function tellingOf(report: Report, { id, at, publicUrl }: TellingPlace): Telling {
  const { title, summary } = reportHeading(report);
  return {
    reason: "change",
    status: "resolved",
    severity: "info",
    dedupKey: `rollward:report:${id}`.slice(0, 200),
    environment: report.environment,
    endpoint: null,
    title: `Report, ${title}`,
    alerts: [],
    more: 0,
    at,
    by: null,
    url: consoleLink(publicUrl, "/reports", report.environment),
    letter: {
      subject: `Rollward report, ${title}`,
      text: `${summary}\n\n${reportMarkdown(report)}`,
      html: reportHtml(report),
    },
  };
}
