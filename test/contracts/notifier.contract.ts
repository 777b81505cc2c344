import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createNotifiers } from "../../src/adapters/notifiers/index.ts";
import { createSignedPost } from "../../src/adapters/webhooks/create-signed-post.ts";
import type { Telling } from "../../src/domain/alerts/delivery.ts";
import type { NotifierSettings } from "../../src/domain/alerts/notifier-settings.ts";
import type { Notifiers } from "../../src/ports/notifier.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

/** What notifiers of one kind talk to. */
export interface NotifierSubject {
  readonly settings: NotifierSettings;
  readonly variables: Readonly<Record<string, string>>;
  readonly mailCa?: string;
  /** How many messages it has taken. */
  taken(): number;
  /** All that it took, as text. */
  text(): string;
  /** Has it answer that something went wrong that may pass. */
  stumble(isStumbling: boolean): void;
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

const AT = Date.UTC(2026, 10, 21, 3);

/** A message about two alerts, with text that somebody meant ill. */
export const tellingOf = (overrides: Partial<Telling> = {}): Telling => ({
  reason: "fired",
  status: "firing",
  severity: "critical",
  dedupKey: "rollward:production:support-bot:1795230000",
  environment: "production",
  endpoint: "support-bot",
  title: "Errors of support-bot: 7.1 % <!channel> \r\nBcc: x@example.com And 1 more.",
  alerts: ["errors-many", "slow"].map((rule, index) => ({
    fingerprint: `000000000000000${index}`,
    status: "firing",
    severity: "critical",
    labels: { alertname: rule, endpoint: "support-bot", "team.name": "bots" },
    summary: `${rule} <https://evil.example|click> 🔥`,
    runbook: "https://runbooks.example/errors",
    startsAt: AT,
    endsAt: null,
  })),
  more: 0,
  at: AT + 1_000,
  by: null,
  url: null,
  ...overrides,
});

/** A notifier that is open. */
class OpenNotifier {
  readonly subject: NotifierSubject;
  #notifiers: Notifiers;
  #close: () => Promise<void>;

  constructor(subject: NotifierSubject) {
    this.subject = subject;
    [this.#notifiers, this.#close] = notifiersOf(subject, subject.variables);
  }

  async reopen(variables: Readonly<Record<string, string>>): Promise<void> {
    await this.#close();
    [this.#notifiers, this.#close] = notifiersOf(this.subject, variables);
  }

  tell(telling: Telling = tellingOf(), settings = this.subject.settings) {
    return this.#notifiers.tell(settings, { id: "ntc_1", telling });
  }

  async close(): Promise<void> {
    await this.#close();
    await this.subject.close();
  }
}

function notifiersOf(
  { mailCa }: NotifierSubject,
  variables: Readonly<Record<string, string>>,
): [Notifiers, () => Promise<void>] {
  const clock = new HandClock();
  const poster = createSignedPost({ clock, environment: variables });
  const notifiers = createNotifiers({ variables, clock, post: poster.post, ...(mailCa !== undefined && { mailCa }) });
  const close = async (): Promise<void> => {
    await notifiers.close();
    await poster.close();
  };
  return [notifiers, close];
}

/** What every notifier must do. */
export function notifierContract(name: string, start: () => Promise<NotifierSubject>): void {
  describe(`the notifier ${name}`, () => {
    let open: OpenNotifier;

    beforeEach(async () => {
      open = new OpenNotifier(await start());
    });

    afterEach(() => open.close());

    deliveryContract(() => open);
    troubleContract(() => open);
  });
}

function deliveryContract(open: () => OpenNotifier): void {
  test("delivers what fires, and its end", async () => {
    const { subject } = open();
    expect(await open().tell()).toMatchObject({ isSent: true });
    const over = tellingOf({ reason: "resolved", status: "resolved" });
    const ended = over.alerts.map((alert) => ({ ...alert, status: "resolved" as const, endsAt: AT + 60_000 }));
    expect(await open().tell({ ...over, alerts: ended })).toMatchObject({ isSent: true });
    expect(subject.taken()).toBe(2);
    expect(subject.text()).toContain("errors-many");
  });

  test("takes every reason there is to tell", async () => {
    const reasons = ["changed", "renotified", "escalated", "acknowledged", "test"] as const;
    for (const reason of reasons) {
      expect(await open().tell(tellingOf({ reason, by: "Ada" }))).toMatchObject({ isSent: true });
    }
    const change = tellingOf({ reason: "change", alerts: [], title: "support-bot@8 is promoted." });
    expect(await open().tell(change)).toMatchObject({ isSent: true });
  });

  test("keeps a message with a thousand long alerts within what the other side takes", async () => {
    const [alert] = tellingOf().alerts;
    const long = { ...(alert as Telling["alerts"][number]), summary: "x".repeat(500) };
    const alerts = Array.from({ length: 50 }, () => long);
    expect(await open().tell(tellingOf({ alerts, more: 950, title: "y".repeat(2_000) }))).toMatchObject({
      isSent: true,
    });
  });
}

function troubleContract(open: () => OpenNotifier): void {
  test("says why nobody answered, without a secret, and that another try may help", async () => {
    const { subject } = open();
    await subject.leave();
    const answer = await open().tell();
    expect(answer).toMatchObject({ isSent: false, isFinal: false, isAway: true });
    for (const secret of Object.values(subject.variables)) expect(JSON.stringify(answer)).not.toContain(secret);
    await subject.comeBack();
    expect(await open().tell()).toMatchObject({ isSent: true });
  });

  test("is tried again after a trouble that may pass", async () => {
    const { subject } = open();
    subject.stumble(true);
    expect(await open().tell()).toMatchObject({ isSent: false, isFinal: false });
    subject.stumble(false);
    expect(await open().tell()).toMatchObject({ isSent: true });
  });

  test("goes to no private address that nobody allowed", async () => {
    const { subject } = open();
    const elsewhere = JSON.stringify([subject.settings, subject.variables]).replaceAll("127.0.0.1", "10.9.9.9");
    const [settings, variables] = JSON.parse(elsewhere) as [NotifierSettings, Readonly<Record<string, string>>];
    await open().reopen(variables);
    const answer = await open().tell(tellingOf(), { ...settings, allowPrivate: false });
    const trouble = expect.stringContaining("private address") as string;
    expect(answer).toMatchObject({ isSent: false, isFinal: true, trouble });
  });

  test("says which variable is missing", async () => {
    await open().reopen({});
    const trouble = expect.stringMatching(/[A-Z_]+ is not set/) as string;
    expect(await open().tell()).toMatchObject({ isSent: false, isFinal: true, trouble });
  });
}
