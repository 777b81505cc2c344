import { beforeAll, describe, expect, test } from "vitest";
import { createNotifiers } from "../../src/adapters/notifiers/index.ts";
import { createSignedPost } from "../../src/adapters/webhooks/create-signed-post.ts";
import type { NotifierSettings } from "../../src/domain/alerts/notifier-settings.ts";
import { isSignedBy } from "../../src/kit/sign-webhook.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { makeCertificate, startMailServer } from "../fixtures/mail-server.ts";
import type { OwnCertificate } from "../fixtures/mail-server.ts";
import { pagerRules } from "../fixtures/pagerduty-rules.ts";
import { startToldServer } from "../fixtures/told-server.ts";
import type { ToldAnswer, ToldMessage, ToldServer } from "../fixtures/told-server.ts";
import { notifierContract, tellingOf } from "./notifier.contract.ts";
import type { NotifierSubject } from "./notifier.contract.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const SECRET = "a-secret-of-the-hook-0123456789";

const common = { name: "it", changes: true, allowPrivate: true };

async function onWeb(
  make: (server: ToldServer) => {
    readonly settings: NotifierSettings;
    readonly variables: Readonly<Record<string, string>>;
  },
  stumbles = 503,
): Promise<NotifierSubject> {
  const server = await startToldServer();
  const { settings, variables } = make(server);
  const usual = server.answer;
  return {
    settings,
    variables,
    taken: () => server.taken.length,
    text: () => server.taken.map(({ text }) => text).join("\n"),
    stumble: (isStumbling) => {
      server.answer = isStumbling ? () => ({ status: stumbles, text: "try later" }) : usual;
    },
    leave: () => server.leave(),
    comeBack: () => server.comeBack(),
    close: () => server.close(),
  };
}

notifierContract("pagerduty", () =>
  onWeb((server) => {
    server.answer = pagerRules().answer;
    return {
      settings: { ...common, kind: "pagerduty", keyEnv: "PAGER_KEY", url: server.url },
      variables: { PAGER_KEY: KEY },
    };
  }, 429),
);

notifierContract("slack", () =>
  onWeb((server) => ({
    settings: { ...common, kind: "slack", urlEnv: "SLACK_URL" },
    variables: { SLACK_URL: `${server.url}/services/T0/B0/verysecret` },
  })),
);

notifierContract("webhook", () =>
  onWeb((server) => ({
    settings: { ...common, kind: "webhook", url: `${server.url}/alerts`, secretEnv: "HOOK_SECRET" },
    variables: { HOOK_SECRET: SECRET },
  })),
);

/** What Alertmanager's API v2 checks of the alerts that it is sent. */
function alertmanagerAnswer({ path, body }: ToldMessage): ToldAnswer {
  if (path !== "/api/v2/alerts" || !Array.isArray(body)) return { status: 400, text: "no alerts" };
  const isFine = body.every((alert: { labels?: Record<string, string>; startsAt?: string; endsAt?: string }) => {
    const { labels = {}, startsAt = "", endsAt = "" } = alert;
    const names = Object.keys(labels);
    return (
      names.length > 0 &&
      names.every((name) => /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) &&
      Date.parse(startsAt) <= Date.parse(endsAt)
    );
  });
  return isFine ? { status: 200 } : { status: 400, text: "invalid label set or times" };
}

notifierContract("alertmanager", () =>
  onWeb((server) => {
    server.answer = alertmanagerAnswer;
    const settings = { ...common, kind: "alertmanager", url: server.url, tokenEnv: "AM_TOKEN" } as const;
    return { settings, variables: { AM_TOKEN: "a-token-0123456789" } };
  }),
);

let certificate: OwnCertificate;

beforeAll(() => {
  certificate = makeCertificate();
});

const emailOf = (port: number): NotifierSettings => ({
  ...common,
  kind: "email",
  host: "127.0.0.1",
  port,
  security: "starttls",
  userEnv: "MAIL_USER",
  passwordEnv: "MAIL_PASSWORD",
  from: "rollward@example.com",
  to: ["oncall@example.com", "team@example.com"],
});

notifierContract("email", async () => {
  const server = await startMailServer(certificate, { user: "rollward", password: "pass-word-0123" });
  return {
    settings: emailOf(server.port),
    variables: { MAIL_USER: "rollward", MAIL_PASSWORD: "pass-word-0123" },
    mailCa: certificate.cert,
    taken: () => server.letters.length,
    text: () => server.letters.map(({ text }) => decoded(text)).join("\n"),
    stumble: (isStumbling) => {
      server.refuse = isStumbling ? "451 Try again later" : null;
    },
    leave: () => server.leave(),
    comeBack: () => server.comeBack(),
    close: () => server.close(),
  };
});

/** Quoted-printable and base64 alike, for looking. */
const decoded = (text: string): string =>
  `${text.replaceAll("=\r\n", "")}\n${text
    .split("\r\n\r\n")
    .slice(1)
    .map((part) => Buffer.from(part, "base64").toString())
    .join("\n")}`;

function notifiersWith(variables: Readonly<Record<string, string>>, mailCa?: string) {
  const clock = new HandClock();
  const poster = createSignedPost({ clock, environment: variables });
  return createNotifiers({ variables, clock, post: poster.post, ...(mailCa !== undefined && { mailCa }) });
}

describe("PagerDuty", () => {
  test("has one incident for one trouble, acknowledged and resolved by its key; the next trouble is a new one", async () => {
    const rules = pagerRules();
    const server = await startToldServer(rules.answer);
    const notifiers = notifiersWith({ PAGER_KEY: KEY });
    const settings = { ...common, kind: "pagerduty", keyEnv: "PAGER_KEY", url: server.url } as const;
    const tell = (telling: Parameters<typeof tellingOf>[0]) =>
      notifiers.tell(settings, { id: "n", telling: tellingOf(telling) });
    await tell({});
    await tell({ reason: "changed" });
    await tell({ reason: "acknowledged", by: "Ada" });
    await tell({ reason: "resolved", status: "resolved" });
    await tell({ dedupKey: "rollward:production:support-bot:1795230999" });
    expect(rules.incidents.map(({ state, events }) => [state, events])).toEqual([
      ["resolved", ["trigger", "trigger", "acknowledge", "resolve"]],
      ["triggered", ["trigger"]],
    ]);
    await tell({ reason: "change", title: "support-bot@8 advances to 25 %." });
    expect(rules.changes).toEqual(["support-bot@8 advances to 25 %."]);
    // A test leaves nothing open.
    await tell({ reason: "test", dedupKey: "rollward:test" });
    expect(rules.incidents.at(-1)).toMatchObject({ key: "rollward:test", state: "resolved" });
    await notifiers.close();
    await server.close();
  });

  test("is sent nothing with a key that cannot be one, and what it refuses is not tried again", async () => {
    const server = await startToldServer(pagerRules().answer);
    const settings = { ...common, kind: "pagerduty", keyEnv: "PAGER_KEY", url: server.url } as const;
    const short = notifiersWith({ PAGER_KEY: "short" });
    expect(await short.tell(settings, { id: "n", telling: tellingOf() })).toMatchObject({
      isSent: false,
      isFinal: true,
    });
    expect(server.asked).toEqual([]);
    server.answer = () => ({ status: 400, text: '{"status":"invalid event"}' });
    const notifiers = notifiersWith({ PAGER_KEY: KEY });
    expect(await notifiers.tell(settings, { id: "n", telling: tellingOf() })).toMatchObject({
      isSent: false,
      isFinal: true,
    });
    server.answer = () => ({ status: 429, headers: { "retry-after": "30" } });
    expect(await notifiers.tell(settings, { id: "n", telling: tellingOf() })).toMatchObject({
      isFinal: false,
      retryAfterMs: 30_000,
    });
    await Promise.all([short.close(), notifiers.close(), server.close()]);
  });
});

describe("Slack", () => {
  test("shows what others wrote as text, never as a mention or a link", async () => {
    const server = await startToldServer();
    const notifiers = notifiersWith({ SLACK_URL: server.url });
    await notifiers.tell({ ...common, kind: "slack", urlEnv: "SLACK_URL" }, { id: "n", telling: tellingOf() });
    const { blocks, text: notice } = (server.taken[0]?.body ?? { blocks: [], text: "" }) as {
      blocks: { text?: { type: string; text: string } }[];
      text: string;
    };
    expect(notice).toContain("&lt;!channel&gt;");
    expect(notice).not.toContain("<!channel>");
    const shown = blocks.flatMap(({ text }) => (text?.type === "mrkdwn" ? [text.text] : [])).join("\n");
    expect(shown).toContain("&lt;!channel&gt;");
    expect(shown).not.toContain("<!channel>");
    expect(shown).not.toContain("<https://evil");
    expect(blocks.length).toBeLessThanOrEqual(50);
    await Promise.all([notifiers.close(), server.close()]);
  });
});

describe("a webhook", () => {
  test("has the form of Alertmanager's version 4, signed, with the same id for every try", async () => {
    const server = await startToldServer();
    const notifiers = notifiersWith({ HOOK_SECRET: SECRET });
    const settings = { ...common, kind: "webhook", url: server.url, secretEnv: "HOOK_SECRET" } as const;
    await notifiers.tell(settings, { id: "ntc_7", telling: tellingOf({ more: 3 }) });
    const [message] = server.taken;
    const head = (name: string): string => String(message?.headers[name]);
    const signed = { id: "ntc_7", timestamp: Number(head("webhook-timestamp")), body: message?.text ?? "" };
    expect(head("webhook-id")).toBe("ntc_7");
    expect(isSignedBy(SECRET, signed, head("webhook-signature"))).toBe(true);
    expect(message?.body).toMatchObject({
      version: "4",
      status: "firing",
      receiver: "it",
      truncatedAlerts: 3,
      groupKey: "rollward:production:support-bot:1795230000",
      groupLabels: { environment: "production", endpoint: "support-bot" },
      commonLabels: { endpoint: "support-bot" },
      commonAnnotations: { runbook_url: "https://runbooks.example/errors" },
      externalURL: "",
      alerts: [
        { status: "firing", startsAt: "2026-11-21T03:00:00.000Z", endsAt: "0001-01-01T00:00:00Z", generatorURL: "" },
        {},
      ],
    });
    await Promise.all([notifiers.close(), server.close()]);
  });
});

describe("mail", () => {
  test("goes out encrypted, signed in, to all, with a subject of one line", async () => {
    const server = await startMailServer(certificate, { user: "rollward", password: "pass-word-0123" });
    const notifiers = notifiersWith({ MAIL_USER: "rollward", MAIL_PASSWORD: "pass-word-0123" }, certificate.cert);
    await notifiers.tell(emailOf(server.port), { id: "ntc_7", telling: tellingOf() });
    const [letter] = server.letters;
    expect(letter).toMatchObject({
      wasEncrypted: true,
      user: "rollward",
      to: ["oncall@example.com", "team@example.com"],
    });
    expect(letter?.text).toContain("Message-ID: <ntc_7@rollward>");
    expect(letter?.text.split("\r\n\r\n")[0]).not.toMatch(/^Bcc:/m);
    await Promise.all([notifiers.close(), server.close()]);
  });

  test("is not sent in the clear where the server offers no encryption, nor to one whose certificate nobody vouches for", async () => {
    const plain = await startMailServer(null);
    const unknown = await startMailServer(certificate);
    const notifiers = notifiersWith({ MAIL_USER: "rollward", MAIL_PASSWORD: "x" });
    for (const server of [plain, unknown]) {
      expect(await notifiers.tell(emailOf(server.port), { id: "n", telling: tellingOf() })).toMatchObject({
        isSent: false,
        isFinal: false,
      });
      expect(server.letters).toEqual([]);
    }
    await Promise.all([notifiers.close(), plain.close(), unknown.close()]);
  });

  test("that the server refuses for good is given up", async () => {
    const server = await startMailServer(certificate, { user: "rollward", password: "pass-word-0123" });
    server.refuse = "550 No such mailbox";
    const notifiers = notifiersWith({ MAIL_USER: "rollward", MAIL_PASSWORD: "pass-word-0123" }, certificate.cert);
    const answer = await notifiers.tell(emailOf(server.port), { id: "n", telling: tellingOf() });
    expect(answer).toMatchObject({ isSent: false, isFinal: true, trouble: "it answered 550" });
    await Promise.all([notifiers.close(), server.close()]);
  });
});
