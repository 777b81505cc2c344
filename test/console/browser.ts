import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import axe from "axe-core";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

const ROOT = resolve(import.meta.dirname, "../..");

/** Where Debian, Ubuntu, Fedora, macOS and `ROLLWARD_TEST_CHROMIUM` have a Chromium. */
const PLACES = [
  process.env["ROLLWARD_TEST_CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser of this machine; `null` where there is none. */
export const CHROMIUM: string | null = PLACES.find((place) => place !== "" && existsSync(place)) ?? null;

/** Why tests in a browser are skipped, for their titles. */
export const NO_CHROMIUM =
  "no Chromium found: install Debian's package chromium, or name one in ROLLWARD_TEST_CHROMIUM";

/** Windows that every page must look right in. */
export const WINDOWS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** Builds the console if its sources have changed: what the server then serves. */
export function buildConsole(): void {
  execFileSync(process.execPath, [join(ROOT, "scripts/build-console.ts")], { cwd: ROOT, stdio: "pipe" });
}

/** Starts the browser; throws where there is none. */
export function openBrowser(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(NO_CHROMIUM);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** How somebody looks at the console. */
export interface Look {
  readonly window?: keyof typeof WINDOWS;
  readonly theme?: "light" | "dark";
}

/** A window of the console, and everything that the browser complained about in it. */
export interface ConsoleWindow {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of scripts, violations of the content security policy, failed requests beside those for a session. */
  readonly complaints: readonly string[];
}

/** Opens a window that nobody is signed in in. */
export async function openWindow(
  browser: Browser,
  { window = "desktop", theme = "light" }: Look = {},
): Promise<ConsoleWindow> {
  const isPhone = window === "phone";
  const context = await browser.newContext({
    viewport: WINDOWS[window],
    colorScheme: theme,
    hasTouch: isPhone,
    isMobile: isPhone,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // That nobody is signed in yet is no complaint.
    if (message.type() === "error" && !message.text().includes("401")) complaints.push(message.text());
  });
  return { context, page, complaints };
}

/** Signs in with a key, as a person does. */
export async function signIn(page: Page, url: string, key: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Admin key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#page").waitFor();
}

/** Opens an address and waits until nothing is being loaded any more. */
export async function visit(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator("#page").waitFor();
  await page.locator('#page [role=status][aria-label="Loading"]').first().waitFor({ state: "detached" });
}

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds on the page that is serious or critical, in words; none is clean. */
export async function seriousFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const run = `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }).then(({ violations }) => violations)`;
  const violations: readonly AxeViolation[] = await page.evaluate(run);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`).join(" | ")}`,
    );
}

/** Keeps a picture of the page where `ROLLWARD_TEST_SHOTS` says; without it none is kept. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env["ROLLWARD_TEST_SHOTS"] ?? "";
  if (folder === "") return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
