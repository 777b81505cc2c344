import { describe, expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { weekReport } from "../../../test/fixtures/report-samples.ts";
import { createMemoryReportLog } from "../../adapters/stores/memory/memory-report-log.ts";
import type { EmailSettings } from "../../domain/alerts/notifier-settings.ts";
import type { NotifierAnswer, NotifierMessage } from "../../ports/notifier.ts";
import { ReportSender } from "./send-reports.ts";

const HOUR = 3_600_000;
/** Monday 2026-11-23, 06:00 UTC. */
const MONDAY = Date.UTC(2026, 10, 23, 6);

const MAIL: EmailSettings = {
  kind: "email",
  name: "team",
  changes: false,
  allowPrivate: false,
  host: "mail.example.com",
  port: 587,
  security: "starttls",
  userEnv: null,
  passwordEnv: null,
  from: "rollward@example.com",
  to: ["team@example.com"],
};

function world(answers: readonly NotifierAnswer[] = [], every: "week" | "month" = "week") {
  const clock = new HandClock(MONDAY);
  const sent: NotifierMessage[] = [];
  const asked: string[] = [];
  const log = createMemoryReportLog();
  const sender = () =>
    new ReportSender({
      log,
      readers: () => [
        {
          environment: "production",
          reports: [{ name: "team", every, hour: 7, to: ["team"] }],
          notifiers: new Map([["team", MAIL]]),
        },
      ],
      report: async (_, period) => {
        asked.push(period.name);
        return weekReport();
      },
      notifiers: {
        tell: async (_, message) => {
          sent.push(message);
          return answers[sent.length - 1] ?? { isSent: true, note: null };
        },
      },
      clock,
      announcer: { decided() {}, troubled() {}, recovered() {} },
      isLeader: () => true,
    });
  return { clock, sent, asked, sender };
}

describe("reports by mail", () => {
  test("go out once when the week is over and the hour has come, whoever looks", async () => {
    const { clock, sent, asked, sender } = world();
    const [one, other] = [sender(), sender()];
    await one.look();
    expect(sent).toEqual([]);
    clock.advance(HOUR);
    await Promise.all([one.look(), other.look()]);
    clock.advance(HOUR);
    await one.look();
    expect(asked).toEqual(["2026-W47"]);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.telling.letter).toMatchObject({
      subject: "Rollward report, production: week 2026-W47",
      text: expect.stringContaining("166,000 calls") as string,
      html: expect.stringContaining("<table") as string,
    });
  });

  test("are tried again after a rest where nobody took them, and not where trying cannot help", async () => {
    const away = { isSent: false, trouble: "nobody answered", isFinal: false } as const;
    const { clock, sent, sender } = world([away]);
    const one = sender();
    clock.advance(HOUR);
    await one.look();
    await one.look();
    expect(sent).toHaveLength(1);
    clock.advance(10 * 60_000);
    await one.look();
    await one.look();
    expect(sent).toHaveLength(2);
    const refused = world([{ ...away, isFinal: true }]);
    refused.clock.advance(HOUR);
    const other = refused.sender();
    for (let looks = 0; looks < 3; looks += 1) {
      await other.look();
      refused.clock.advance(HOUR);
    }
    expect(refused.sent).toHaveLength(1);
  });

  test("are not sent long after anybody wanted them, nor in the middle of the month", async () => {
    const late = world();
    late.clock.advance(4 * 24 * HOUR);
    await late.sender().look();
    expect(late.sent).toEqual([]);
    const monthly = world([], "month");
    await monthly.sender().look();
    expect(monthly.sent).toEqual([]);
    monthly.clock.advance(8 * 24 * HOUR + HOUR);
    await monthly.sender().look();
    expect(monthly.asked).toEqual(["2026-11"]);
  });
});
