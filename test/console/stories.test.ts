import type { Page } from "playwright-core";
import { expect, test, vi } from "vitest";
import type { RunningServer } from "../fixtures/running-server.ts";
import { shoot, visit } from "./browser.ts";
import type { ConsoleWindow } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";
import {
  apply,
  call,
  callUntil,
  giveReason,
  GOOD,
  HALF,
  HALF_BROKEN,
  indexed,
  OTHER,
  PATIENCE,
  project,
  ramping,
  stableOf,
  STORY_MS,
} from "./story-stage.ts";
import type { Served } from "./story-stage.ts";

describeInBrowser("stories in a browser", (stage) => {
  let server: RunningServer;
  let window: ConsoleWindow;

  /** A server, and somebody who is signed in to it. */
  async function begin(served: Served): Promise<Page> {
    server = await stage.serve(project(served));
    window = await stage.signedIn(server);
    return window.page;
  }

  test(
    "a canary goes back under the eyes of who watches it, and the page and Now say on which evidence",
    async () => {
      const page = await begin({ models: [GOOD] });
      await apply(server, project({ models: [HALF_BROKEN], rollout: HALF }));
      const rollout = await ramping(server);
      await visit(page, `${server.url}/rollouts/${rollout}`);
      await page.getByText("50 % on the candidate").waitFor();
      await page.evaluate("window.isStillTheSamePage = true");
      const story = page.locator("p[data-state]");
      await callUntil(server, () => page.getByText("Rolled back", { exact: true }).first().isVisible());
      await expect
        .poll(() => story.innerText(), PATIENCE)
        .toMatch(/errors .*against.*proven after [\d,]+ candidate sessions? \(log R [\d.]+ ≥ [\d.]+\)/);
      const errors = page.getByRole("region", { name: "Gate metrics" }).getByRole("row", { name: /^errors/ });
      await errors.getByText("Harm", { exact: true }).waitFor();
      await errors.getByText("decided the roll-back").waitFor();
      await shoot(page, "story-canary-went-back");
      await page.keyboard.press("g");
      await page.keyboard.press("n");
      await page
        .locator("h1")
        .filter({ hasText: /support-bot@2 at 50 % was rolled back at .*harm was proven by errors/ })
        .waitFor();
      await shoot(page, "story-canary-went-back-now");
      expect(await page.evaluate("window.isStillTheSamePage")).toBe(true);
      expect(await stableOf(server)).toBe("support-bot@1");
      expect(window.complaints).toEqual([]);
    },
    STORY_MS,
  );

  test(
    "promotes a candidate with a typed reason, which the log then shows; everybody gets it",
    async () => {
      const page = await begin({ models: [GOOD] });
      await apply(server, project({ models: [GOOD], prompt: "You answer in three sentences.", rollout: HALF }));
      await visit(page, `${server.url}/rollouts/${await ramping(server)}`);
      await page.getByRole("button", { name: "Promote in full" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Makes support-bot@2 stable for everybody now").waitFor();
      expect(await dialog.getByRole("button", { name: "Promote in full" }).isDisabled()).toBe(true);
      await giveReason(page, "Legal wants the shorter answers today", "Promote in full");
      await page.getByText("Promoted", { exact: true }).first().waitFor();
      await page.getByRole("listitem").filter({ hasText: "Legal wants the shorter answers today" }).waitFor();
      await shoot(page, "story-promoted");
      expect(await stableOf(server)).toBe("support-bot@2");
      const { release } = await call(server);
      expect(release).toBe("support-bot@2");
      await visit(page, `${server.url}/endpoints/support-bot`);
      await page.getByText("support-bot@2").first().waitFor();
      expect(window.complaints).toEqual([]);
    },
    STORY_MS,
  );

  test(
    "finds a call by a word of its text and replays it; the new call says that it is a replay",
    async () => {
      const page = await begin({ models: [GOOD] });
      const { id } = await call(server, "Where is my zanzibar parcel?");
      await call(server, "How do I return shoes?");
      await indexed(server, "zanzibar");
      await visit(page, `${server.url}/calls`);
      await page.keyboard.press("/");
      await page.keyboard.type("zanzibar");
      await page.getByText(/^1 calls?, that is all/).waitFor();
      await page.getByRole("region", { name: "Calls" }).getByText("Where is my zanzibar parcel?").click();
      const peek = page.getByRole("complementary", { name: "Call" });
      await peek.getByText("Where is my zanzibar parcel?").waitFor();
      await peek.getByRole("button", { name: "Replay" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
      const outcome = page.getByRole("region", { name: "What came of it" });
      await outcome.getByText("The provider got the same bytes.").waitFor();
      await shoot(page, "story-replayed");
      await outcome.getByRole("link", { name: "the new call" }).click();
      const original = page.getByRole("link", { name: "Diff with the original" });
      await original.waitFor();
      const replay = new URL(page.url()).pathname.split("/").at(-1);
      expect(replay).not.toBe(id);
      expect((await server.ask("GET", `/api/calls/${replay}`)).body).toMatchObject({ backtest: { replays: id } });
      await shoot(page, "story-the-replay");
      await original.click();
      await page.waitForURL((url) => url.searchParams.get("a") === id && url.searchParams.get("b") === replay);
      expect(window.complaints).toEqual([]);
    },
    STORY_MS,
  );

  test(
    "at 3 a.m. freezes rollouts and switches the model by keys, each with a reason, and takes both back",
    async () => {
      const page = await begin({ models: [GOOD, OTHER] });
      await visit(page, server.url);
      await page.keyboard.press("f");
      await giveReason(page, "To be safe until the morning", "Freeze");
      await page.getByText(/froze rollouts at \d\d:\d\d UTC/).waitFor();
      await page.locator("h1").filter({ hasText: "Rollouts of the environment production are frozen since" }).waitFor();
      await page.keyboard.press("s");
      await page.getByRole("dialog").getByText(`go around sim/${GOOD} within a second`).waitFor();
      await giveReason(page, "It writes nonsense", "Switch");
      await page.getByText(new RegExp(`told it to go around sim/${GOOD} at`)).waitFor();
      await vi.waitFor(async () => expect((await call(server)).tier).toBe("fallback:1"), PATIENCE);
      await page.getByText("It writes nonsense").first().waitFor();
      await shoot(page, "story-frozen-and-switched");
      for (const [key, action] of [
        ["f", "Freeze rollouts"],
        ["s", `Switch to sim/${OTHER}`],
      ] as const) {
        await page.keyboard.press(key);
        await giveReason(page, "It is over", "Take it back");
        await page.getByRole("button", { name: action }).waitFor();
      }
      await vi.waitFor(async () => expect((await call(server)).tier).toBe("primary"), PATIENCE);
      expect((await server.ask("GET", "/api/freezes")).body).toMatchObject({ data: [] });
      expect(window.complaints).toEqual([]);
    },
    STORY_MS,
  );
});
