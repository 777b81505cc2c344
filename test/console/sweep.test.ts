import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { openWindow, seriousFaults, shoot, signIn, visit } from "./browser.ts";
import type { Look } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";
import { apply, call, GOOD, HALF, HALF_BROKEN, indexed, project, ramping, STORY_MS } from "./story-stage.ts";

const LOOKS: readonly (readonly [string, Required<Look>])[] = (["desktop", "phone"] as const).flatMap((window) =>
  (["light", "dark"] as const).map((theme) => [`${theme}, ${window}`, { window, theme }] as const),
);

/** The session that is looked at. */
const SESSION = "a customer/with spaces & more";
/** Calls of a word of their own, so that all of them are known to be indexed. */
const ASKED = 6;

describeInBrowser("pages of calls, and what lies over pages", (stage) => {
  let server: RunningServer;
  let rollout: string;
  let pages: Readonly<Record<string, string>>;

  beforeAll(async () => {
    // Of stable's calls half fail, and the candidate goes on for longer than the test.
    server = await stage.serveAll(project({ models: [HALF_BROKEN] }));
    await apply(server, project({ models: [GOOD], rollout: HALF }));
    rollout = await ramping(server);
    const calls = await Promise.all(
      Array.from({ length: ASKED }, (_, turn) => call(server, `Where is my zanzibar parcel ${turn}?`, SESSION)),
    );
    for (let other = 0; other < 20; other += 1) await call(server, "How do I return shoes?");
    await indexed(server, "zanzibar", ASKED);
    const wish = { title: "Customers get no answer", impact: "major", endpoints: ["support-bot"], note: "A fever." };
    const { status, body } = await server.ask("POST", "/api/incidents", wish);
    if (status !== 200) throw new Error(JSON.stringify(body));
    pages = pagesOf(
      calls.map(({ id }) => id ?? ""),
      (body as { id: string }).id,
    );
  });

  test.for(LOOKS)(
    "none is inaccessible, breaks the content security policy, or scrolls sideways (%s)",
    { timeout: STORY_MS },
    async ([, look]) => {
      const { page, context, complaints } = await openWindow(stage.browser, look);
      const clean = async (name: string): Promise<void> => {
        await shoot(page, `${name}-${look.window}-${look.theme}`);
        expect([name, await seriousFaults(page)]).toEqual([name, []]);
        expect([name, await page.evaluate("document.documentElement.scrollWidth <= innerWidth")]).toEqual([name, true]);
      };
      await page.goto(server.url);
      await page.getByLabel("Admin key").waitFor();
      await clean("sign-in");
      await signIn(page, server.url, ADMIN_KEY);
      for (const [name, path] of Object.entries(pages)) {
        await visit(page, `${server.url}${path}`);
        await clean(name);
        expect([name, await page.locator("#page").getByRole("alert").allInnerTexts()]).toEqual([name, []]);
      }
      await over(page, clean);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  /** What lies over a page: the palette, the help, a dialog that asks for a reason. */
  async function over(page: Page, clean: (name: string) => Promise<void>): Promise<void> {
    const dialog = page.getByRole("dialog");
    const leave = async (): Promise<void> => {
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
    };
    await visit(page, `${server.url}/rollouts/${rollout}`);
    await page.getByRole("button", { name: "Roll back" }).waitFor();
    await page.keyboard.press("Control+k");
    await dialog.getByText("support-bot@1", { exact: true }).waitFor();
    await clean("palette");
    await leave();
    await page.keyboard.press("?");
    await dialog.waitFor();
    await clean("help");
    await leave();
    await page.keyboard.press("b");
    await dialog.getByLabel("Reason, for the log").fill("Users complain");
    await clean("reason");
    await dialog.getByLabel("Reason, for the log").press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
});

function pagesOf(calls: readonly string[], incident: string): Readonly<Record<string, string>> {
  const [one = "", other = ""] = calls;
  const tabs = ["request", "upstream", "answer", "trace"];
  return {
    calls: "/calls",
    "calls-peek": `/calls?row=${one}&mark=${other}`,
    "calls-found": "/calls?text=zanzibar&outcome=ok",
    "calls-none": "/calls?text=nothinghasthisword",
    call: `/calls/${one}`,
    ...Object.fromEntries(tabs.map((tab) => [`call-${tab}`, `/calls/${one}?tab=${tab}`])),
    "calls-diff": `/calls-diff?a=${one}&b=${other}`,
    sessions: "/sessions",
    session: `/session?session=${encodeURIComponent(SESSION)}`,
    incident: `/incidents/${incident}`,
  };
}
