import type { Page } from "playwright-core";
import { beforeAll, expect, test, vi } from "vitest";
import { ADMIN_KEY, modelText, simulatedText } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { seriousFaults, shoot, visit, WINDOWS } from "./browser.ts";
import type { ConsoleWindow, Look } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";

const project = (prompt: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("steady-2026-03-01"))}
endpoints:
  support-bot:
    prompt: support.md
    models: [sim/steady-2026-03-01]
    rollout: { strategy: instant }
limits:
  rates:
    everybody: { per: environment, requests: 6000/m, tokens: 2M/m }
budgets:
  company: { per: environment, window: month, amount: 5000 }
flags:
  summaries:
    description: Summaries in the support inbox.
    default: off
    rules:
      - { name: ramp, percentage: 25%, serve: on }
slos:
  answered: { endpoint: support-bot, indicator: availability, objective: 99.5%, period: 30d }
`,
  "support.md": prompt,
});

const LOOKS: readonly Required<Look>[] = [
  { window: "desktop", theme: "light" },
  { window: "phone", theme: "dark" },
];

const PAGES = {
  prompts: "/prompts",
  version: "/versions?kind=prompt&version=support-bot/support@2&beside=support-bot/support@1",
  playground: "/playground",
  flags: "/flags",
  flag: "/flags/summaries",
  cost: "/cost",
  limits: "/limits",
  alerts: "/alerts",
  "service-levels": "/alerts?tab=slos",
  rules: "/alerts?tab=rules",
  "alert-back-test": "/alerts?tab=back-test",
  silences: "/alerts?tab=silences",
  deliveries: "/alerts?tab=deliveries",
  incidents: "/incidents",
  reports: "/reports",
  keys: "/settings",
  stops: "/settings?tab=stops",
  server: "/settings?tab=server",
  storage: "/settings?tab=storage",
  environments: "/settings?tab=environments",
  "sign-ins": "/settings?tab=sign-ins",
} as const;

describeInBrowser("operating it in a browser", (stage) => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await stage.serveAll(project("You answer customers."));
    const { status, body } = await server.ask("POST", "/api/apply", {
      main: "rollward.yaml",
      files: project("You answer customers in three sentences."),
    });
    if (status !== 200) throw new Error(JSON.stringify(body));
    for (let session = 0; session < 5; session += 1) await call(server, ADMIN_KEY);
  });

  const signedIn = (look?: Look): Promise<ConsoleWindow> => stage.signedIn(server, look);

  test("no page is inaccessible, breaks the content security policy, or scrolls sideways", async () => {
    for (const look of LOOKS) {
      const { page, context, complaints } = await signedIn(look);
      for (const [name, path] of Object.entries(PAGES)) {
        await visit(page, `${server.url}${path}`);
        await shoot(page, `${name}-${look.window}-${look.theme}`);
        expect([name, look, await seriousFaults(page)]).toEqual([name, look, []]);
        expect([name, await page.evaluate("document.documentElement.scrollWidth <= innerWidth")]).toEqual([name, true]);
        expect([name, await page.getByRole("alert").allInnerTexts()]).toEqual([name, []]);
      }
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  test("on a phone nothing of the keys and the rules is cut off, and each rule says what it watches", async () => {
    const soon = new Date(Date.now() + 23 * 3_600_000).toISOString();
    const wish = { name: "everybody at night", scopes: ["inference", "preview"], expires_at: soon };
    await server.ask("POST", "/api/keys", wish);
    const { page, context } = await signedIn({ window: "phone" });
    const overflows = (caption: string): Promise<unknown> =>
      page.getByRole("region", { name: caption }).evaluate((region) => region.scrollWidth > region.clientWidth);
    await visit(page, `${server.url}/settings`);
    await page.getByText("inference, preview").filter({ visible: true }).waitFor();
    expect(await overflows("Keys")).toBe(false);
    await visit(page, `${server.url}/alerts?tab=rules`);
    await page.getByText("critical").filter({ visible: true }).first().waitFor();
    expect(await overflows("Rules")).toBe(false);
    await context.close();
  });

  test("on a phone an alert has the whole width, and what is to be pressed is in sight", async () => {
    const summary = "The disk of the database that all calls are recorded in is nearly full, and will be in an hour.";
    const told = (status: "firing" | "resolved"): Promise<unknown> =>
      server.ask("POST", "/api/alerts/in", {
        version: "4",
        status,
        alerts: [
          {
            status,
            labels: { alertname: "DiskNearlyFull", severity: "warning", endpoint: "support-bot" },
            annotations: { summary },
            startsAt: "2026-11-21T09:00:00.000Z",
            ...(status === "resolved" && { endsAt: "2026-11-21T10:00:00.000Z" }),
            fingerprint: "d3b07384d113edec",
          },
        ],
      });
    await told("firing");
    const { page, context, complaints } = await signedIn({ window: "phone" });
    await visit(page, `${server.url}/alerts`);
    const sentence = await page.getByText(summary).boundingBox();
    expect(sentence?.width ?? 0).toBeGreaterThan(300);
    for (const name of ["I take it", "Silence"]) {
      const box = await page.getByRole("button", { name, exact: true }).boundingBox();
      expect([name, (box?.x ?? 0) + (box?.width ?? 1_000) <= WINDOWS.phone.width]).toEqual([name, true]);
    }
    await shoot(page, "alerts-firing-phone");
    expect(complaints).toEqual([]);
    await context.close();
    await told("resolved");
  });

  test("makes a key whose secret is shown once and works, and revokes it", async () => {
    const { page, context, complaints } = await signedIn();
    await visit(page, `${server.url}/settings`);
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("the shop");
    await page.getByRole("button", { name: "Make the key" }).click();
    const secret = (await page.getByRole("dialog").locator("code, pre").first().innerText()).trim();
    expect(await call(server, secret)).toBe(200);
    await page.getByRole("button", { name: "I have kept it" }).click();
    const row = page.getByRole("row", { name: /the shop/ });
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke the shop" }).click();
    await row.getByText("revoked").waitFor();
    expect(await call(server, secret)).toBe(401);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("stops an endpoint with a reason, and lifts the stop", async () => {
    const { page, context } = await signedIn();
    await visit(page, `${server.url}/settings?tab=stops`);
    await page.getByRole("button", { name: "Stop support-bot" }).click();
    await giveReason(page, "It tells customers nonsense", "Stop");
    await page.getByText("stopped", { exact: true }).waitFor();
    await vi.waitFor(async () => expect(await call(server, ADMIN_KEY)).toBe(503), { timeout: 60_000, interval: 100 });
    await page.getByRole("button", { name: "Lift" }).click();
    await giveReason(page, "It is mended", "Lift");
    await page.getByText("lifted").first().waitFor();
    await vi.waitFor(async () => expect(await call(server, ADMIN_KEY)).toBe(200), { timeout: 60_000, interval: 100 });
    await context.close();
  });

  test("kills a flag and restores it", async () => {
    const { page, context } = await signedIn();
    await visit(page, `${server.url}/flags/summaries`);
    await page.getByRole("button", { name: "What would they get?" }).click();
    await page.getByText("Because").waitFor();
    await page.getByRole("button", { name: "Kill summaries" }).click();
    await giveReason(page, "Summaries are wrong", "Kill");
    await page.getByText("killed", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Restore summaries" }).click();
    await giveReason(page, "Mended", "Restore");
    await page.getByText("Restored by").waitFor();
    const { body } = await server.ask("GET", "/api/flags/summaries");
    expect(body).toMatchObject({
      killed: null,
      kills: [{ reason: "Summaries are wrong", restored: { reason: "Mended" } }],
    });
    await context.close();
  });

  test("asks two releases in the playground, side by side, and neither is evidence", async () => {
    const { page, context } = await signedIn();
    await visit(page, `${server.url}/playground`);
    await page.getByLabel("What a user would write").fill("Where is my parcel?");
    await page.getByRole("button", { name: "Ask 2 releases" }).waitFor();
    await page.keyboard.press("Control+Enter");
    for (const release of ["support-bot@2", "support-bot@1"]) {
      await page.getByRole("heading", { name: release }).waitFor();
    }
    await vi.waitFor(async () => expect(await page.getByText("the call").count()).toBe(2), { timeout: 60_000 });
    const { body } = await server.ask("GET", "/api/calls?limit=2");
    expect(body).toMatchObject({ data: [{ arm: null }, { arm: null }] });
    await shoot(page, "playground-asked");
    await context.close();
  });

  test("opens an incident, notes what was seen, and resolves it; the draft tells all of it", async () => {
    const { page, context } = await signedIn();
    await visit(page, `${server.url}/incidents`);
    await page.getByRole("button", { name: "Open an incident" }).click();
    await page.getByRole("dialog").getByLabel("What is the matter").fill("Customers get no answer");
    await page.getByRole("button", { name: "Open it" }).click();
    await page.waitForURL("**/incidents/inc_*");
    await page.getByText("by first admin key").or(page.getByText("Taken on")).first().waitFor();
    await page.getByLabel("Note, never public").fill("The model has a fever");
    await page.getByRole("button", { name: "Add" }).first().click();
    await page.getByText("The model has a fever").first().waitFor();
    await page.getByRole("button", { name: "Say how it stands" }).click();
    await page.getByRole("dialog").getByLabel("State").selectOption("resolved");
    await page.getByRole("dialog").getByLabel("In words").fill("It is over.");
    await page.getByRole("button", { name: "Say so" }).click();
    await page.getByText("resolved", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Write the draft" }).click();
    await page.getByRole("button", { name: "Copy the draft" }).waitFor();
    const incident = new URL(page.url()).pathname.split("/").at(-1);
    const { body } = await server.ask("GET", `/api/incidents/${incident}/postmortem`);
    expect((body as { readonly markdown: string }).markdown).toContain("The model has a fever");
    await shoot(page, "incident-resolved");
    await context.close();
  });
});

async function giveReason(page: Page, reason: string, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason, for the log").fill(reason);
  await dialog.getByRole("button", { name: verb }).click();
  await dialog.waitFor({ state: "detached" });
}

const call = (server: RunningServer, key: string): Promise<number> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  }).then(async (answer) => {
    await answer.text();
    return answer.status;
  });
