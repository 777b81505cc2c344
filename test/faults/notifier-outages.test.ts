import { beforeAll, expect, test } from "vitest";
import { openAlertWorld } from "../fixtures/alert-world.ts";
import { makeCertificate, startMailServer } from "../fixtures/mail-server.ts";
import type { OwnCertificate } from "../fixtures/mail-server.ts";
import { pagerRules } from "../fixtures/pagerduty-rules.ts";
import { startToldServer } from "../fixtures/told-server.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const MINUTE = 60_000;

/** Somebody who is told, can be away, and says what he heard. */
interface Listener {
  readonly notifier: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly mailCa?: string;
  readonly heard: () => readonly string[];
  /** What he has to have heard in the end. */
  readonly expected: readonly string[];
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

let certificate: OwnCertificate;

beforeAll(() => {
  certificate = makeCertificate();
});

const LISTENERS: Readonly<Record<string, () => Promise<Listener>>> = {
  async pagerduty() {
    const rules = pagerRules();
    const server = await startToldServer(rules.answer);
    return {
      notifier: `{ kind: pagerduty, key_env: PAGER_KEY, url: "${server.url}" }`,
      variables: { PAGER_KEY: KEY },
      heard: () => rules.incidents.map(({ state, events }) => `${state}: ${events.join(" ")}`),
      expected: ["resolved: trigger trigger resolve", "resolved: trigger trigger resolve"],
      leave: () => server.leave(),
      comeBack: () => server.comeBack(),
    };
  },
  async slack() {
    const server = await startToldServer();
    return {
      notifier: "{ kind: slack, url_env: SLACK_URL }",
      variables: { SLACK_URL: `${server.url}/services/T0` },
      heard: () => server.taken.map(({ body }) => (body as { text: string }).text.split(" ")[0] ?? ""),
      expected: ["[critical]", "[critical]", "[over]", "[critical]", "[critical]", "[over]"],
      leave: () => server.leave(),
      comeBack: () => server.comeBack(),
    };
  },
  async alertmanager() {
    const server = await startToldServer(() => ({ status: 200 }));
    return {
      notifier: `{ kind: alertmanager, url: "${server.url}" }`,
      variables: {},
      heard: () => server.taken.map(({ body }) => String((body as readonly unknown[]).length)),
      expected: ["1", "2", "2", "1", "2", "2"],
      leave: () => server.leave(),
      comeBack: () => server.comeBack(),
    };
  },
  async email() {
    const server = await startMailServer(certificate);
    return {
      notifier: `{ kind: email, host: 127.0.0.1, port: ${server.port}, from: rollward@example.com, to: [oncall@example.com] }`,
      variables: {},
      mailCa: certificate.cert,
      heard: () => server.letters.map(({ text }) => /^Subject: (\[\w+\])/m.exec(text)?.[1] ?? ""),
      expected: ["[critical]", "[critical]", "[over]", "[critical]", "[critical]", "[over]"],
      leave: () => server.leave(),
      comeBack: () => server.comeBack(),
    };
  },
};

test.each(Object.entries(LISTENERS))(
  "after an outage of %s it hears all of it late, in order, once",
  async (_, start) => {
    const listener = await start();
    const { notifier, variables, mailCa } = listener;
    const text = `notifiers:\n  it: ${notifier}\nalerts:\n  notify: { critical: [it], warning: [it] }\n`;
    const world = openAlertWorld(text, { variables, ...(mailCa !== undefined && { mailCa }) });
    await listener.leave();
    for (let trouble = 0; trouble < 2; trouble += 1) {
      for (let minute = 0; minute < 4; minute += 1) {
        await world.count({ calls: 100, faults: 33 });
        await world.live(MINUTE);
      }
      await world.live(15 * MINUTE);
    }
    expect(listener.heard()).toEqual([]);
    await listener.comeBack();
    await world.live(6 * MINUTE);
    expect(listener.heard()).toEqual(listener.expected);
    // And nothing more follows.
    await world.live(10 * MINUTE);
    expect(listener.heard()).toEqual(listener.expected);
    await world.close();
    await listener.leave();
  },
  30_000,
);
