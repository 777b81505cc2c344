import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";
import { seriousFaults, shoot, visit, WINDOWS } from "./browser.ts";
import type { ConsoleWindow, Look } from "./browser.ts";
import { describeInBrowser } from "./in-browser.ts";
import { giveReason, PATIENCE, STORY_MS } from "./story-stage.ts";

const GOOD = "good-2026-01-01";
const SAME = "same-2026-04-01";
/** How quick a busy machine is is no evidence. */
const ONLY_ERRORS = "metrics: { errors: { no_worse: 2 }, latency: false, cost: false }";
/** Pairs are gathered for longer than any test. */
const SHADOW = `{ strategy: shadow, shadow: { sample: 100%, min_duration: 0s, min_pairs: 5000 }, ${ONLY_ERRORS} }`;
/** A call may cost $0.2 and costs next to nothing; a copy finds nine tenths of this, which is less. */
const POOR = `
    parameters: { max_tokens: 100000 }
budgets:
  company: { per: environment, window: total, amount: 0.21 }
`;
const TEST = `{ strategy: ab, variants: { stable: 50%, candidate: 50% }, test: { goal: errors, baseline: 20%, effect: 20% }, ${ONLY_ERRORS}, expected_sessions_per_day: 20000, deadline: 30d }`;

const LOOKS: readonly Required<Look>[] = [
  { window: "desktop", theme: "light" },
  { window: "desktop", theme: "dark" },
  { window: "phone", theme: "light" },
];

describeInBrowser("panels of results and of the server in a browser", (browser) => {
  async function begin(rollout: string, files = stageProject(GOOD, rollout)): Promise<StrategyStage> {
    const stage = await StrategyStage.start(files);
    browser.afterTest(() => stage.stop());
    return stage;
  }

  const signedIn = ({ server }: StrategyStage, look?: Look): Promise<ConsoleWindow> => browser.signedIn(server, look);

  /** A page must be accessible, keep to the content security policy, and not scroll sideways, in every window. */
  async function sweep(stage: StrategyStage, pages: Readonly<Record<string, string>>): Promise<void> {
    for (const look of LOOKS) {
      const { page, complaints } = await signedIn(stage, look);
      for (const [name, path] of Object.entries(pages)) {
        await visit(page, `${stage.server.url}${path}`);
        await shoot(page, `${name}-${look.window}-${look.theme}`);
        expect([name, look, await seriousFaults(page)]).toEqual([name, look, []]);
        const fits = await page.evaluate("document.documentElement.scrollWidth <= innerWidth");
        expect([name, look, fits]).toEqual([name, look, true]);
      }
      expect(complaints).toEqual([]);
    }
  }

  const pressed = async (page: Page, key: string): Promise<void> => {
    await page.getByRole("button", { name: /^Abort/ }).waitFor();
    await page.keyboard.press(key);
  };

  test(
    "a shadow rollout shows its pairs: both calls, their difference, how alike they are",
    async () => {
      const stage = await begin(SHADOW);
      const rollout = await stage.apply(stageProject(SAME, SHADOW));
      await stage.waitUntil(rollout, ({ state }) => state === "shadowing");
      const copies = async (): Promise<number> => {
        await stage.callNew(3);
        const { body } = await stage.server.ask("GET", `/api/rollouts/${rollout}/copies`);
        return (body as { recent: unknown[] }).recent.length;
      };
      await expect.poll(copies, PATIENCE).toBeGreaterThan(5);
      await stage.server.server.house.gateway.recorder.flush();
      const { page, complaints } = await signedIn(stage);
      await visit(page, `${stage.server.url}/rollouts/${rollout}`);
      await page.getByText("Paired answers", { exact: true }).waitFor();
      await page.getByText("Alike by shared wording").waitFor();
      const pairs = page.getByRole("region", { name: "Paired answers, the newest first" });
      const [row] = await pairs.getByRole("row").filter({ hasText: "Diff" }).all();
      expect(await row?.getByRole("link").count()).toBe(3);
      await row?.getByRole("link", { name: "Diff" }).click();
      await page.waitForURL(/\/calls-diff\?.*a=call_.*b=call_/);
      await page.getByText("Difference of two calls").first().waitFor();
      expect(complaints).toEqual([]);
      await sweep(stage, { shadow: `/rollouts/${rollout}` });
    },
    STORY_MS,
  );

  test(
    "a shadow rollout says which budget has no room for copies",
    async () => {
      const stage = await begin(SHADOW, stageProject(GOOD, SHADOW, POOR));
      const rollout = await stage.apply(stageProject(SAME, SHADOW, POOR));
      await stage.waitUntil(rollout, ({ state }) => state === "shadowing");
      const poorest = async (): Promise<unknown> => {
        await stage.callNew(1);
        const { body } = await stage.server.ask("GET", `/api/rollouts/${rollout}/copies`);
        return (body as { no_room_in: unknown }).no_room_in;
      };
      await expect.poll(poorest, PATIENCE).toBe("company");
      const { page, complaints } = await signedIn(stage);
      await visit(page, `${stage.server.url}/rollouts/${rollout}`);
      await page.getByText("The budget company has none now: its last tenth is for live calls.").waitFor();
      expect(complaints).toEqual([]);
      await sweep(stage, { "shadow-without-room": `/rollouts/${rollout}` });
    },
    STORY_MS,
  );

  test(
    "an A/B test shows its effect with an interval, and is aborted with a reason by a key",
    async () => {
      const stage = await begin(TEST);
      const rollout = await stage.apply(stageProject(SAME, TEST));
      await stage.waitUntil(rollout, ({ state }) => state === "ramping");
      const hasEffect = async (): Promise<boolean> => {
        await stage.callNew(20);
        return (await stage.look(rollout)).metrics.some(({ effect }) => effect !== null && effect.low !== null);
      };
      await expect.poll(hasEffect, PATIENCE).toBe(true);
      await sweep(stage, { "ab-test": `/rollouts/${rollout}` });
      const { page } = await signedIn(stage);
      await visit(page, `${stage.server.url}/rollouts/${rollout}`);
      await page.getByText("Effect so far").waitFor();
      await page
        .getByRole("img", { name: /^errors: candidate is .* times stable, .* to / })
        .first()
        .waitFor();
      await pressed(page, "x");
      await page.getByRole("dialog").getByText("counts as aborted and not as rolled back").waitFor();
      await giveReason(page, "The test is over.", "Abort");
      await page.getByText("Aborted", { exact: true }).first().waitFor();
      await expect.poll(async () => (await stage.look(rollout)).state, PATIENCE).toBe("aborted");
      expect(await stage.stable()).toBe("support-bot@1");
    },
    STORY_MS,
  );

  test(
    "settings show providers with their breakers and keys, and what the server tells others; a call, its bytes beside what they mean",
    async () => {
      const budget = "\nbudgets:\n  company: { per: environment, window: month, amount: 5000 }\n";
      const files = stageProject("bad-2026-03-01", "{ strategy: instant }", budget);
      const stage = await begin("", files);
      const isOpen = async (): Promise<boolean> => {
        await stage.callNew(2);
        const { body } = await stage.server.ask("GET", "/api/providers");
        const { data } = body as { data: { models: { breaker: string }[] }[] };
        return data.some(({ models }) => models.some(({ breaker }) => breaker === "open"));
      };
      await expect.poll(isOpen, PATIENCE).toBe(true);
      await stage.server.server.house.gateway.recorder.flush();
      const [called] = await stage.callNew(1);
      await stage.server.server.house.gateway.recorder.flush();
      const { page, complaints } = await signedIn(stage);
      await visit(page, `${stage.server.url}/settings`);
      await page.getByRole("button", { name: "Providers" }).click();
      const bad = page.getByRole("row", { name: /bad-2026-03-01/ });
      await bad.getByText("Open", { exact: true }).waitFor();
      await bad.getByText("provider_error").waitFor();
      await page.getByText("Key 0").waitFor();
      await page.getByRole("button", { name: "This server" }).click();
      await page.getByText("Messages of alerts").waitFor();
      await page.getByText("Spans sent").waitFor();
      await page.getByRole("button", { name: "Storage" }).click();
      // In memory nothing is kept; in a database of a server, for so long.
      await page
        .getByText("Nothing is on a disk")
        .or(page.getByText("Kept for", { exact: true }))
        .first()
        .waitFor();
      await visit(page, `${stage.server.url}/calls/${called?.call ?? ""}?tab=request`);
      await page.getByText("Parsed", { exact: true }).waitFor();
      await page.getByText("Exact bytes", { exact: true }).waitFor();
      await page.getByRole("region", { name: "Request" }).getByText('"messages"').first().waitFor();
      expect(complaints).toEqual([]);
      const { page: phone } = await signedIn(stage, { window: "phone" });
      await visit(phone, `${stage.server.url}/settings?tab=environments`);
      const tab = phone.getByRole("button", { name: "Environments" });
      await expect.poll(async () => isWithin(await tab.boundingBox(), WINDOWS.phone.width), PATIENCE).toBe(true);
      await sweep(stage, {
        providers: "/settings?tab=providers",
        "server-health": "/settings?tab=server",
        "storage-kept": "/settings?tab=storage",
        "budgets-expected": "/cost",
        "call-both": `/calls/${called?.call ?? ""}?tab=request`,
      });
    },
    STORY_MS,
  );
});

/** Whether a box is in sight from its left to its right edge. */
const isWithin = (box: { readonly x: number; readonly width: number } | null, width: number): boolean =>
  box !== null && box.x >= 0 && box.x + box.width <= width;
