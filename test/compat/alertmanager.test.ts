import { afterEach, describe, expect, test, vi } from "vitest";
import { createNotifiers } from "../../src/adapters/notifiers/index.ts";
import { createSignedPost } from "../../src/adapters/webhooks/create-signed-post.ts";
import type { AlertmanagerSettings } from "../../src/domain/alerts/notifier-settings.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { tellingOf } from "../contracts/notifier.contract.ts";
import { findAlertmanager, startAlertmanager } from "../fixtures/alertmanager.ts";
import type { Alertmanager } from "../fixtures/alertmanager.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";

const program = findAlertmanager();
const SOON = { timeout: 60_000, interval: 100 };

const settingsOf = (url: string): AlertmanagerSettings => ({
  kind: "alertmanager",
  name: "am",
  url,
  tokenEnv: null,
  changes: false,
  allowPrivate: true,
});

const nowhere = { url: "http://127.0.0.1:9/", key: "none" };

// Where the machine has none (Debian: apt-get install prometheus-alertmanager) there is nothing to ask.
describe.skipIf(program === null)("alerts of Rollward at a real Alertmanager", () => {
  let real: Alertmanager;
  const poster = createSignedPost({ clock: systemClock, environment: {} });
  const notifiers = createNotifiers({ variables: {}, clock: systemClock, post: poster.post });

  afterEach(async () => {
    await real.stop();
  });

  const firing = (at: number) => ({
    ...tellingOf({ at }),
    alerts: tellingOf().alerts.map((alert) => ({ ...alert, startsAt: at })),
  });

  test("stand there with their labels, and go when they are over", async () => {
    real = await startAlertmanager(program ?? "", nowhere);
    const at = Date.now() - 1_000;
    const telling = firing(at);
    expect(await notifiers.tell(settingsOf(real.url), { id: "ntc_1", telling })).toMatchObject({ isSent: true });
    await vi.waitFor(async () => expect(await real.alerts()).toHaveLength(2), SOON);
    const [alert] = await real.alerts();
    expect(alert).toMatchObject({
      labels: {
        alertname: expect.any(String) as string,
        endpoint: "support-bot",
        team_name: "bots",
        source: "rollward",
      },
      annotations: { runbook_url: "https://runbooks.example/errors" },
      status: { state: "active" },
    });
    const over = telling.alerts.map((each) => ({ ...each, status: "resolved" as const, endsAt: Date.now() }));
    await notifiers.tell(settingsOf(real.url), {
      id: "ntc_2",
      telling: { ...telling, reason: "resolved", status: "resolved", alerts: over },
    });
    await vi.waitFor(async () => expect(await real.alerts()).toEqual([]), SOON);
  });

  test("that hangs are tried again later", async () => {
    real = await startAlertmanager(program ?? "", nowhere);
    await real.freeze(true);
    const telling = firing(Date.now() - 1_000);
    expect(await notifiers.tell(settingsOf(real.url), { id: "ntc_1", telling })).toMatchObject({
      isSent: false,
      isFinal: false,
      isAway: true,
    });
    await real.freeze(false);
    expect(await notifiers.tell(settingsOf(real.url), { id: "ntc_1", telling })).toMatchObject({ isSent: true });
    await vi.waitFor(async () => expect(await real.alerts()).toHaveLength(2), SOON);
  });

  test("come from it, too: what it sends here stands beside our own until it is over", async () => {
    const server = await startServer({
      "rollward.yaml": `${simulatedText(modelText("m"))}endpoints:\n  bot:\n    models: [sim/m]\n`,
    });
    real = await startAlertmanager(program ?? "", { url: `${server.url}/api/alerts/in`, key: ADMIN_KEY });
    const post = (endsAt?: string) =>
      fetch(`${real.url}/api/v2/alerts`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify([
          {
            labels: { alertname: "DiskFull", severity: "warning", endpoint: "bot" },
            annotations: { summary: "The disk is full." },
            startsAt: new Date(Date.now() - 1_000).toISOString(),
            ...(endsAt !== undefined && { endsAt }),
          },
        ]),
      });
    const here = async (): Promise<unknown> =>
      ((await server.ask("GET", "/api/alerts")).body as { data: unknown }).data;
    expect((await post()).status).toBe(200);
    await vi.waitFor(
      async () =>
        expect(await here()).toMatchObject([
          { rule: "outside", status: "firing", endpoint: "bot", summary: "The disk is full." },
        ]),
      SOON,
    );
    await post(new Date().toISOString());
    await vi.waitFor(async () => expect(await here()).toEqual([]), SOON);
    await server.stop();
  });
});
