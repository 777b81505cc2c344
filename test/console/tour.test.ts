import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { beforeAll, expect, test, vi } from "vitest";
import { ADMIN_KEY, modelText, simulatedText } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { openWindow, seriousFaults, shoot, signIn, visit } from "./browser.ts";
import type { ConsoleWindow, Look } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";

/** Release 1 answers; release 2 is on its way with half of the sessions, and waits for evidence that never comes. */
const project = (prompt: string, model: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("steady-2026-03-01"), modelText("swift-2026-06-01"))}
endpoints:
  support-bot:
    prompt: support.md
    models: [sim/${model}]
    rollout:
      strategy: canary
      steps: [{ weight: 50%, min_duration: 1h }, 100%]
      deadline: 2h
`,
  "support.md": prompt,
});

const LOOKS: readonly Required<Look>[] = [
  { window: "desktop", theme: "light" },
  { window: "desktop", theme: "dark" },
  { window: "phone", theme: "light" },
  { window: "phone", theme: "dark" },
];

describeInBrowser("the console in a browser", (stage) => {
  let server: RunningServer;
  let rollout: string;

  beforeAll(async () => {
    server = await stage.serveAll(project("You answer customers.", "steady-2026-03-01"));
    await apply(server, project("You answer customers in three sentences.", "swift-2026-06-01"));
    rollout = await vi.waitFor(() => rampingIn(server), { timeout: 60_000, interval: 100 });
    for (let session = 0; session < 20; session += 1) await call(server, `s${session}`);
  });

  const signedIn = (look?: Look): Promise<ConsoleWindow> => stage.signedIn(server, look);

  test("a newcomer opens the link of the terminal, is signed in, and the link is gone from the address", async () => {
    const { body } = await server.ask("POST", "/api/console/links", {});
    const { page, context, complaints } = await openWindow(stage.browser);
    await page.goto(`${server.url}/#signin=${(body as { link: string }).link}`);
    await page.locator("#page").waitFor();
    expect(page.url()).toBe(`${server.url}/`);
    await visit(page, `${server.url}/start`);
    await page.getByText("Send a call").waitFor();
    await page.getByText("Node", { exact: true }).click();
    expect(page.url()).toContain("client=node");
    await page.getByText(`baseURL: "${server.url}/v1"`).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a sign-in link asks before it makes whoever is signed in somebody else, and is still good after a no", async () => {
    const wish = { name: "night watch", scopes: ["admin"] };
    const { secret } = (await server.ask("POST", "/api/keys", wish)).body as { secret: string };
    const { link } = (await server.ask("POST", "/api/console/links", {})).body as { link: string };
    const { page, context } = await openWindow(stage.browser);
    await signIn(page, server.url, secret);
    const nameOf = (): Promise<unknown> =>
      page.evaluate("fetch('/api/console/session').then((answer) => answer.json()).then(({ key }) => key.name)");
    const asked: string[] = [];
    const answers = [false, true];
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void (answers.shift() === true ? dialog.accept() : dialog.dismiss());
    });
    await page.goto(`${server.url}/#signin=${link}`);
    await expect.poll(() => asked.length).toBe(1);
    await page.locator("#page").waitFor();
    expect(await nameOf()).toBe("night watch");
    await page.goto(`${server.url}/#signin=${link}`);
    await expect.poll(nameOf).toBe("ROLLWARD_ADMIN_KEY");
    expect(asked).toEqual(Array(2).fill("You are signed in as night watch. Sign in by this link instead?"));
    await context.close();
  });

  test("no page is inaccessible, breaks the content security policy, or scrolls sideways, in any window and theme", async () => {
    const paths = {
      now: "/",
      start: "/start",
      endpoints: "/endpoints",
      endpoint: "/endpoints/support-bot",
      rollouts: "/rollouts",
      rollout: `/rollouts/${rollout}`,
      releases: "/releases",
      release: "/releases/support-bot/2",
      content: "/releases/support-bot/2?show=content",
      missing: "/nothing/here",
    };
    for (const look of LOOKS) {
      const { page, context, complaints } = await signedIn(look);
      for (const [name, path] of Object.entries(paths)) {
        await visit(page, `${server.url}${path}`);
        await shoot(page, `${name}-${look.window}-${look.theme}`);
        expect([name, look, await seriousFaults(page)]).toEqual([name, look, []]);
        expect([name, await page.evaluate("document.documentElement.scrollWidth <= innerWidth")]).toEqual([name, true]);
      }
      expect(complaints).toEqual([]);
      await context.close();
    }
  });

  test("at 3 a.m. the sentence, what changed and what can be done are on the screen without scrolling", async () => {
    for (const window of ["desktop", "phone"] as const) {
      const { page, context } = await signedIn({ window });
      await visit(page, `${server.url}/`);
      for (const wanted of [
        page.locator("h1"),
        heading(page, "What changed"),
        heading(page, "What you can do"),
        page.getByText("Freeze rollouts"),
      ]) {
        await wanted.waitFor();
        const box = await wanted.boundingBox();
        const bottom = (box?.y ?? Number.POSITIVE_INFINITY) + (box?.height ?? 0);
        expect(bottom).toBeLessThan(window === "phone" ? 844 - 56 : 900);
      }
      await context.close();
    }
  });

  test("holds a rollout with a typed reason, which its log then shows, and does nothing without one", async () => {
    const { page, context, complaints } = await signedIn();
    await visit(page, `${server.url}/rollouts/${rollout}`);
    await page.getByText("of new sessions").first().waitFor();
    await page.keyboard.press("h");
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Evidence goes on").waitFor();
    expect(await dialog.getByRole("button", { name: "Hold" }).isDisabled()).toBe(true);
    await dialog.getByLabel("Reason, for the log").fill("Support sees odd answers");
    await shoot(page, "hold-desktop-light");
    await page.keyboard.press("Control+Enter");
    await page.getByText("It is held.").waitFor();
    await page.getByText("Held", { exact: true }).first().waitFor();
    await page.getByText("Support sees odd answers").first().waitFor();
    await page.getByRole("button", { name: "Resume" }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("goes anywhere by keyboard: pages, the palette, the help", async () => {
    const { page, context } = await signedIn();
    await page.keyboard.press("g");
    await page.keyboard.press("e");
    await page.getByRole("heading", { name: "Endpoints" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("A page, an endpoint").waitFor();
    await page.getByRole("dialog").getByText("support-bot@1", { exact: true }).waitFor();
    await page.keyboard.type("support-bot@1");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/releases/support-bot/1");
    await page.getByRole("heading", { name: "support-bot@1" }).waitFor();
    expect(await page.title()).toBe("support-bot@1 · Rollward");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("Find a page, an endpoint, a rollout").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await context.close();
  });

  test("a release is found by its name, in the palette and in the address, and the list says what became of it", async () => {
    const { page, context, complaints } = await signedIn();
    await page.keyboard.press("Control+k");
    await page.getByPlaceholder("A page, an endpoint").waitFor();
    await page.getByRole("dialog").getByText("support-bot@1", { exact: true }).waitFor();
    await page.keyboard.type("support-bot@2");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/releases/support-bot/2");
    await page.getByRole("heading", { name: "support-bot@2" }).waitFor();
    await visit(page, `${server.url}/releases/support-bot@1`);
    await page.waitForURL("**/releases/support-bot/1");
    await visit(page, `${server.url}/releases`);
    await page
      .getByRole("row", { name: /support-bot@1/ })
      .getByText("Stable", { exact: true })
      .waitFor();
    await page
      .getByRole("row", { name: /support-bot@2/ })
      .getByText("Goes out", { exact: true })
      .waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("Enter presses the button that has the focus, and a window that closes gives the focus back to it", async () => {
    const { page, context } = await signedIn();
    // This page has a use of its own for Enter.
    await visit(page, `${server.url}/calls`);
    const order = page.getByRole("button", { name: /^(Newest|Oldest) first$/ });
    await order.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/calls?order=oldest");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => order.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    await context.close();
  });

  test("says that what is shown is old, when it cannot be read again", async () => {
    const { page, context } = await signedIn();
    await heading(page, "What you can do").waitFor();
    await page.route("**/api/now*", (route) => route.fulfill({ status: 503, json: {} }));
    await page.getByText("What is shown is old.").waitFor();
    expect(await heading(page, "What you can do").isVisible()).toBe(true);
    // Somebody tries again, unless the page was quicker.
    const again = page.getByRole("button", { name: "Try again" }).click({ timeout: 5_000 });
    await page.unroute("**/api/now*");
    await again.catch(() => {});
    await page.getByText("What is shown is old.").waitFor({ state: "detached" });
    await context.close();
  });

  test("is signed out everywhere at once when its session ends", async () => {
    const { page, context } = await signedIn();
    const own = await page.evaluate(
      "fetch('/api/console/session').then((answer) => answer.json()).then(({ id }) => id)",
    );
    await server.ask("DELETE", `/api/console/sessions/${String(own)}`);
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await page.getByLabel("Admin key").waitFor();
    expect(await page.locator("#page").count()).toBe(0);
    await context.close();
  });

  test("loads less than 300 kB, gzipped, before a person can do something", async () => {
    const { page, context } = await openWindow(stage.browser);
    const bodies: Promise<Buffer>[] = [];
    page.on("response", (response) => {
      if (/\.(js|css|html|svg)(\?|$)|\/$/.test(response.url())) bodies.push(response.body());
    });
    await signIn(page, server.url, ADMIN_KEY);
    await heading(page, "What you can do").waitFor();
    const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
    expect(sizes.length).toBeGreaterThan(3);
    expect(sizes.reduce((sum, each) => sum + each, 0)).toBeLessThan(300_000);
    await context.close();
  });
});

const heading = (page: Page, name: string) => page.getByRole("heading", { name });

async function apply(server: RunningServer, files: Record<string, string>): Promise<void> {
  const { status, body } = await server.ask("POST", "/api/apply", { main: "rollward.yaml", files });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

/** The rollout that serves its candidate; throws until there is one. */
async function rampingIn(server: RunningServer): Promise<string> {
  const { body } = await server.ask("GET", "/api/rollouts?open=true");
  const [first] = (body as { data: { id: string; state: string }[] }).data;
  if (first?.state !== "ramping") throw new Error("The rollout has not started.");
  return first.id;
}

const call = (server: RunningServer, session: string): Promise<unknown> =>
  fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  }).then((answer) => answer.text());
