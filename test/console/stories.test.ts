import { randomUUID } from "node:crypto";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { buildConsole, CHROMIUM, NO_CHROMIUM, openBrowser, openWindow, shoot, signIn, visit } from "./browser.ts";
import type { ConsoleWindow } from "./browser.ts";

const GOOD = "good-2026-01-01";
const HALF_BROKEN = "broken-2026-02-01";
const OTHER = "other-2026-03-01";

interface Served {
  readonly models: readonly string[];
  readonly prompt?: string;
  readonly rollout?: string;
}

/** One endpoint, whose models are asked once: what a model fails is a failed call. */
const project = ({
  models,
  prompt = "You answer customers.",
  rollout = "instant",
}: Served): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(
    modelText(GOOD),
    modelText(HALF_BROKEN, { failures: "server_error: 50%" }),
    modelText(OTHER),
  )}
endpoints:
  support-bot:
    prompt: support.md
    models: [${models.map((model) => `sim/${model}`).join(", ")}]
    retries: { attempts: 1 }
    rollout: { ${rollout === "instant" ? "strategy: instant" : rollout} }
`,
  "support.md": prompt,
});

/** Half of new sessions at once, for longer than any test; how quick a busy machine is is no evidence. */
const HALF =
  "strategy: canary, steps: [{ weight: 50%, min_duration: 1h }, 100%], deadline: 2h, drain: 0s, bake: 0s, metrics: { latency: false, cost: false }";

/** For what a busy machine takes its time over. */
const PATIENCE = { timeout: 100_000, interval: 200 };
/** The limit of a story, which has several of these waits. */
const STORY_MS = 300_000;
/** Calls that are under way at the same time. */
const AT_ONCE = 10;
const MOST_CALLS = 4_000;

describe.skipIf(CHROMIUM === null)(
  `stories in a browser${CHROMIUM === null ? ` (skipped: ${NO_CHROMIUM})` : ""}`,
  () => {
    let browser: Browser;
    let server: RunningServer;
    let window: ConsoleWindow;
    const open: (() => Promise<unknown>)[] = [];

    beforeAll(async () => {
      buildConsole();
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());
    afterEach(async () => {
      for (const close of open.splice(0).toReversed()) await close();
    });

    /** A server, and somebody who is signed in to it. */
    async function begin(served: Served): Promise<Page> {
      server = await startServer(project(served));
      open.push(() => server.stop());
      window = await openWindow(browser);
      open.push(() => window.context.close());
      window.page.setDefaultTimeout(PATIENCE.timeout);
      await signIn(window.page, server.url, ADMIN_KEY);
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
        await page
          .locator("h1")
          .filter({ hasText: "Rollouts of the environment production are frozen since" })
          .waitFor();
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
  },
);

async function apply(server: RunningServer, files: Record<string, string>): Promise<void> {
  const { status, body } = await server.ask("POST", "/api/apply", { main: "rollward.yaml", files });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

/** The rollout that serves its candidate, once there is one. */
function ramping(server: RunningServer): Promise<string> {
  return vi.waitFor(async () => {
    const { body } = await server.ask("GET", "/api/rollouts?open=true");
    const [first] = (body as { data: { id: string; state: string }[] }).data;
    if (first?.state !== "ramping") throw new Error("The rollout has not started.");
    return first.id;
  }, PATIENCE);
}

/** Waits until calls are found by a word. */
async function indexed(server: RunningServer, word: string): Promise<void> {
  await vi.waitFor(async () => {
    const { body } = await server.ask("GET", `/api/calls/lines?text=${word}`);
    expect((body as { data: unknown[] }).data).toHaveLength(1);
  }, PATIENCE);
}

/** Calls of new sessions, some at a time, until something is so. */
async function callUntil(server: RunningServer, isSo: () => Promise<boolean>): Promise<void> {
  for (let sent = 0; sent < MOST_CALLS; sent += AT_ONCE) {
    if (await isSo()) return;
    await Promise.all(Array.from({ length: AT_ONCE }, () => call(server)));
  }
  throw new Error(`It was not so after ${MOST_CALLS} calls.`);
}

async function stableOf(server: RunningServer): Promise<string> {
  const { body } = await server.ask("GET", "/api/endpoints");
  return (body as { data: { stable: { name: string } }[] }).data[0]?.stable.name ?? "";
}

async function giveReason(page: Page, reason: string, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason, for the log").fill(reason);
  await dialog.getByRole("button", { name: verb }).click();
  await dialog.waitFor({ state: "detached" });
}

interface Called {
  readonly id: string | null;
  readonly release: string | null;
  readonly tier: string | null;
}

/** One call, of a session of its own. */
async function call(server: RunningServer, text = "Hello"): Promise<Called> {
  const answer = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": randomUUID(),
    },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: text }] }),
  });
  await answer.arrayBuffer();
  const { headers } = answer;
  return {
    id: headers.get("x-rollward-call"),
    release: headers.get("x-rollward-release"),
    tier: headers.get("x-rollward-tier"),
  };
}
