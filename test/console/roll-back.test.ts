import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import type { RunningServer } from "../fixtures/running-server.ts";
import { shoot, visit, WINDOWS } from "./browser.ts";
import type { ConsoleWindow, Look } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";
import {
  apply,
  AT_ONCE,
  call,
  GOOD,
  HALF,
  PATIENCE,
  project,
  ramping,
  rolloutIn,
  stableOf,
  STORY_MS,
  takenBackByItself,
} from "./story-stage.ts";

/** The bar at the bottom of a phone covers so much of it, CSS pixels. */
const PHONE_BAR = 56;

describeInBrowser("rolling back in a browser", (stage) => {
  let server: RunningServer;

  async function begin(): Promise<RunningServer> {
    server = await stage.serve(project({ models: [GOOD] }));
    return server;
  }

  const signedIn = (look?: Look): Promise<ConsoleWindow> => stage.signedIn(server, look);

  /** Half of new sessions get support-bot@2. */
  async function half(): Promise<string> {
    await apply(server, project({ models: [GOOD], prompt: "You answer in three sentences.", rollout: HALF }));
    return ramping(server);
  }

  /** Types a reason and presses the keys that mean it. */
  async function meanIt(page: Page, reason: string): Promise<void> {
    await page.getByRole("dialog").getByLabel("Reason, for the log").fill(reason);
    await page.keyboard.press("Control+Enter");
  }

  test(
    "R on Now takes the candidate back that gets traffic, with a typed reason that the log then shows",
    async () => {
      await begin();
      const rollout = await half();
      const { page, complaints } = await signedIn();
      await page.getByRole("button", { name: "Roll back to support-bot@1" }).waitFor();
      await page.keyboard.press("r");
      await page.getByRole("dialog").getByText("Takes support-bot@2 (50 % of new sessions) out of traffic").waitFor();
      await shoot(page, "now-roll-back");
      await meanIt(page, "Users write that it swears");
      await page.getByText("Done: Roll back to support-bot@1").waitFor();
      await rolloutIn(server, "rolled_back");
      expect((await call(server)).release).toBe("support-bot@1");
      await visit(page, `${server.url}/rollouts/${rollout}`);
      await page.getByText("Rolled back", { exact: true }).first().waitFor();
      await page.getByRole("listitem").filter({ hasText: "Users write that it swears" }).first().waitFor();
      expect(complaints).toEqual([]);
    },
    STORY_MS,
  );

  test(
    "B on a rollout takes its candidate back, and the page says so",
    async () => {
      await begin();
      const rollout = await half();
      const { page, complaints } = await signedIn();
      await visit(page, `${server.url}/rollouts/${rollout}`);
      await page.getByText("50 % on the candidate").waitFor();
      await page.keyboard.press("b");
      await page.getByRole("dialog").getByText("support-bot@1").first().waitFor();
      await meanIt(page, "Something looks wrong");
      await page.getByText("Rolled back", { exact: true }).first().waitFor();
      await page.getByRole("listitem").filter({ hasText: "Something looks wrong" }).first().waitFor();
      await expect.poll(async () => (await call(server)).release, PATIENCE).toBe("support-bot@1");
      expect(complaints).toEqual([]);
    },
    STORY_MS,
  );

  test(
    "the Endpoint page says what somebody else has taken back meanwhile, and only then goes one release further",
    async () => {
      await begin();
      await apply(server, project({ models: [GOOD], prompt: "You answer in one sentence.", rollout: AT_ONCE }));
      await rolloutIn(server, "completed");
      await half();
      const { page } = await signedIn();
      await visit(page, `${server.url}/endpoints/support-bot`);
      const dialog = page.getByRole("dialog");
      // What it would do may be read a moment after the page is there.
      await expect
        .poll(async () => {
          await page.getByRole("button", { name: "Roll back", exact: true }).click();
          const isSaid = await dialog.getByText("Takes support-bot@3 (50 % of new sessions) out of").isVisible();
          if (!isSaid) await page.keyboard.press("Escape");
          return isSaid;
        }, PATIENCE)
        .toBe(true);
      const { status } = await server.ask("POST", "/api/endpoints/support-bot/rollback", { reason: "I was first." });
      expect(status).toBe(200);
      await rolloutIn(server, "rolled_back");
      await meanIt(page, "Users complain");
      await dialog.getByText(/support-bot@3 was rolled back by ROLLWARD_ADMIN_KEY .* ago/).waitFor();
      expect(await stableOf(server)).toBe("support-bot@2");
      await dialog.getByText("This goes one release further back, from support-bot@2 to support-bot@1").waitFor();
      await shoot(page, "endpoint-roll-back-further");
      await dialog.getByRole("button", { name: "Go one release further back" }).click();
      await dialog.waitFor({ state: "detached" });
      await expect.poll(() => stableOf(server), PATIENCE).toBe("support-bot@1");
      await page.getByText("support-bot@1 is stable").waitFor();
    },
    STORY_MS,
  );

  test(
    "while nobody can say what it would do, the Endpoint page goes one release further once the server has said so",
    async () => {
      await begin();
      await apply(server, project({ models: [GOOD], prompt: "You answer in one sentence.", rollout: AT_ONCE }));
      await rolloutIn(server, "completed");
      await half();
      const { status } = await server.ask("POST", "/api/endpoints/support-bot/rollback", { reason: "I was first." });
      expect(status).toBe(200);
      await rolloutIn(server, "rolled_back");
      const { page } = await signedIn();
      await page.route(/\/api\/now(?:\?|$)/, (route) => route.abort());
      await visit(page, `${server.url}/endpoints/support-bot`);
      await page.getByRole("button", { name: "Roll back", exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Takes the candidate of the rollout under way back").waitFor();
      await meanIt(page, "Users complain");
      await dialog.getByText(/support-bot@3 was rolled back by ROLLWARD_ADMIN_KEY .* ago/).waitFor();
      expect(await stableOf(server)).toBe("support-bot@2");
      await dialog.getByRole("button", { name: "Go one release further back" }).click();
      await dialog.waitFor({ state: "detached" });
      await expect.poll(() => stableOf(server), PATIENCE).toBe("support-bot@1");
    },
    STORY_MS,
  );

  test(
    "at 3 a.m. after harm, cause, change and Roll back are in the window without scrolling, and Roll back works",
    async () => {
      await begin();
      await takenBackByItself(server);
      for (const [name, { height }] of Object.entries(WINDOWS)) {
        const { page } = await signedIn({ window: name as keyof typeof WINDOWS });
        const sentence = page.locator("h1").filter({ hasText: /support-bot@3 .*harm was proven by errors/ });
        await sentence.waitFor();
        const changed = page.locator("section", { has: page.getByRole("heading", { name: "What changed" }) });
        const change = changed.getByRole("listitem").first();
        const action = page.getByRole("button", { name: "Roll back further, to support-bot@1" });
        await action.waitFor();
        await shoot(page, `now-trouble-${name}`);
        const bottom = height - (name === "phone" ? PHONE_BAR : 0);
        for (const [what, wanted] of Object.entries({ sentence, change, action })) {
          const edge = await bottomOf(wanted);
          expect([name, what, edge <= bottom ? "in sight" : edge]).toEqual([name, what, "in sight"]);
        }
      }
      const { page, complaints } = await signedIn();
      await page.getByRole("button", { name: "Roll back further, to support-bot@1" }).waitFor();
      await page.keyboard.press("r");
      const dialog = page.getByRole("dialog");
      await dialog.getByText("support-bot@3 was already rolled back by itself at").waitFor();
      expect(await stableOf(server)).toBe("support-bot@2");
      await meanIt(page, "Release 2 is bad as well");
      await page.getByText("Done: Roll back further, to support-bot@1").waitFor();
      await expect.poll(() => stableOf(server), PATIENCE).toBe("support-bot@1");
      await expect.poll(async () => (await call(server)).release, PATIENCE).toBe("support-bot@1");
      expect(complaints).toEqual([]);
    },
    STORY_MS,
  );
});

/** Where an element ends, CSS pixels from the top of the window. */
async function bottomOf(element: Locator): Promise<number> {
  const box = await element.boundingBox();
  return box === null ? Number.POSITIVE_INFINITY : box.y + box.height;
}
