import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import type { RunningServer } from "../fixtures/running-server.ts";
import { shoot, visit } from "./browser.ts";
import type { ConsoleWindow } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";
import {
  apply,
  AT_ONCE,
  call,
  GOOD,
  HALF_BROKEN,
  indexed,
  PATIENCE,
  project,
  rolloutIn,
  STORY_MS,
} from "./story-stage.ts";

/** Calls of the long list, and how many are under way at the same time. */
const MANY = 3_000;
const TOGETHER = 25;
/** Most rows that may be drawn however long the list is: a window's worth, and some on either side. */
const MOST_ROWS = 100;
/** Scrolling is no longer smooth where the page stands still for longer, ms; it is told, a busy machine is slower. */
const LONG_MS = 200;

describeInBrowser("calls in a browser", (stage) => {
  let server: RunningServer;

  beforeAll(async () => {
    server = await stage.serveAll(project({ models: [GOOD] }));
  });

  const signedIn = (): Promise<ConsoleWindow> => stage.signedIn(server);

  test(
    "J, K and Enter go through them, a facet narrows them down, new ones come live, M and D show a difference",
    async () => {
      const older = await call(server, "zanzibar: where is my parcel?");
      await call(server, "zanzibar: how do I return shoes?");
      // Of the release that is tried next every second call fails, so that there is something to choose among.
      await apply(server, project({ models: [HALF_BROKEN], prompt: "You answer in one sentence.", rollout: AT_ONCE }));
      await rolloutIn(server, "completed");
      const newest = await call(server, "zanzibar: is this the newest?");
      await indexed(server, "zanzibar", 3);
      const { page, context, complaints } = await signedIn();
      await visit(page, `${server.url}/calls`);
      const list = page.getByRole("region", { name: "Calls" });
      const peek = page.getByRole("complementary", { name: "Call" });
      await list.getByText("zanzibar: is this the newest?").waitFor();
      await page.keyboard.press("j");
      await peek.getByText("zanzibar: is this the newest?").waitFor();
      await page.keyboard.press("j");
      await peek.getByText("zanzibar: how do I return shoes?").waitFor();
      await page.keyboard.press("k");
      await peek.getByText("zanzibar: is this the newest?").waitFor();
      expect(rowOf(page)).toBe(newest.id);

      await page.keyboard.press("m");
      await expect.poll(() => new URL(page.url()).searchParams.get("mark"), PATIENCE).toBe(newest.id);
      await page.keyboard.press("Escape");
      await peek.waitFor({ state: "detached" });
      // A box is ticked once the address says so: `check` would look at it before.
      const stable = page.getByRole("checkbox", { name: /support-bot@1/ });
      await stable.click();
      await list.getByText("zanzibar: is this the newest?").waitFor({ state: "detached" });
      await expect.poll(() => list.getByRole("listitem").count(), PATIENCE).toBe(2);
      await expect.poll(() => stable.isChecked(), PATIENCE).toBe(true);
      await stable.click();
      await list.getByText("zanzibar: is this the newest?").waitFor();

      await page.keyboard.press("t");
      await page.getByRole("button", { name: /^Live · 0 new/ }).waitFor();
      await call(server, "this one comes live");
      await list.getByText("this one comes live").waitFor();
      await page.getByRole("button", { name: /^Live · 1 new/ }).waitFor();
      await shoot(page, "calls-live");
      await page.keyboard.press("t");

      await list.getByText("zanzibar: where is my parcel?").click();
      await peek.getByText("zanzibar: where is my parcel?").waitFor();
      await page.keyboard.press("d");
      await page.waitForURL(
        ({ pathname, searchParams }) =>
          pathname === "/calls-diff" && searchParams.get("a") === newest.id && searchParams.get("b") === older.id,
      );
      await page.getByText("support-bot@1").first().waitFor();
      await page.getByText("/messages/0/content").first().waitFor();
      await shoot(page, "calls-diff-by-keys");
      await visit(page, `${server.url}/calls?row=${older.id}`);
      await peek.getByText("zanzibar: where is my parcel?").waitFor();
      await page.keyboard.press("Enter");
      await page.waitForURL(({ pathname }) => pathname === `/calls/${older.id}`);
      await page.getByRole("heading", { name: "What was said" }).waitFor();
      expect(complaints).toEqual([]);
      await context.close();
    },
    STORY_MS,
  );

  test(
    "a list of 3,000 calls is scrolled to its end, and only what is in sight is drawn",
    async ({ annotate }) => {
      await indexed(server, "parcel");
      for (let sent = 0; sent < MANY; sent += TOGETHER) {
        await Promise.all(Array.from({ length: TOGETHER }, () => call(server)));
      }
      await expect.poll(() => counted(server), PATIENCE).toBeGreaterThanOrEqual(MANY);
      const { page, context, complaints } = await signedIn();
      await visit(page, `${server.url}/calls`);
      const list = page.getByRole("region", { name: "Calls" });
      await list.getByRole("listitem").first().waitFor();
      await page.evaluate(WATCH_TASKS);
      const rows: number[] = [];
      await expect
        .poll(
          async () => {
            rows.push(await list.getByRole("listitem").count());
            await list.evaluate((region) => region.scrollTo({ top: region.scrollHeight }));
            return list.getByText(/^[\d,]+ calls, that is all$/).isVisible();
          },
          { timeout: PATIENCE.timeout, interval: 50 },
        )
        .toBe(true);
      const end = await list.getByText(/calls, that is all$/).innerText();
      expect(Number(end.split(" ")[0]?.replaceAll(",", ""))).toBeGreaterThanOrEqual(MANY);
      expect(Math.max(...rows)).toBeLessThan(MOST_ROWS);
      await list.getByText("zanzibar: where is my parcel?").waitFor();
      const tasks = await page.evaluate<readonly number[]>("window.longTasks");
      const long = tasks.filter((ms) => ms > LONG_MS);
      await annotate(
        `at most ${Math.max(...rows)} rows drawn; ${tasks.length} tasks above 50 ms, ${long.length} above ${LONG_MS} ms, the longest ${Math.round(Math.max(0, ...tasks))} ms`,
      );
      expect(complaints).toEqual([]);
      await context.close();
    },
    STORY_MS,
  );
});

/** Notes how long the page stands still, ms, from now on. */
const WATCH_TASKS = `window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ entryTypes: ["longtask"] });`;

const rowOf = (page: Page): string | null => new URL(page.url()).searchParams.get("row");

/** Calls that are written already, of all. */
async function counted(server: RunningServer): Promise<number> {
  const { body } = await server.ask("GET", "/api/calls/tally");
  return (body as { calls: number }).calls;
}
