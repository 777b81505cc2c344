import { get } from "node:http";
import type { BrowserContext, Page } from "playwright-core";
import { openBrowser, signIn, WINDOWS } from "../../test/console/browser.ts";
import { ADMIN_KEY } from "../../test/fixtures/running-server.ts";

/** A page of the console, and what must be there before it is of use: a selector. */
export interface MeasuredPage {
  readonly name: string;
  readonly path: string;
  readonly content: string;
}

/** One load by a browser that was just started. Times are ms from the start of the navigation. */
export interface ColdLoad {
  /** When the main content stood in the document, with its data. */
  readonly contentMs: number;
  /** When, after that, the answer to a press of `?` (the help for keys) had been drawn. */
  readonly interactiveMs: number;
  /** CPU time of the page's main thread by then. */
  readonly cpuMs: number;
  /** Addresses of the files that were asked for until the main content was there; none of the API. */
  readonly files: readonly string[];
  /** Bytes of these files as they came. */
  readonly sentBytes: number;
}

/** What a person who has signed in before brings along. */
export type SignedIn = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Longest wait for one load, ms: a busy machine is to be measured too. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 200;

/**
 * Runs in the page before anything of its own. Looks for the main content whenever the document changes; presses `?`
 * then, and once in every frame until somebody answers; the answer counts when the frame with it has been drawn.
 */
const watcherOf = (content: string): string => `{
  const seen = (globalThis.rollwardLoad = { contentMs: 0, interactiveMs: 0 });
  const press = () => {
    if (document.querySelector("dialog[open]") !== null) {
      requestAnimationFrame(() => setTimeout(() => (seen.interactiveMs = performance.now()), 0));
      return;
    }
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
    requestAnimationFrame(press);
  };
  const observer = new MutationObserver(() => {
    if (document.querySelector(${JSON.stringify(content)}) === null) return;
    observer.disconnect();
    seen.contentMs = performance.now();
    press();
  });
  observer.observe(document, { childList: true, subtree: true });
}`;

interface Seen {
  readonly contentMs: number;
  readonly interactiveMs: number;
  readonly entries: readonly { readonly name: string; readonly startTime: number; readonly encodedBodySize: number }[];
}

/** What the page has seen, with everything that it loaded. */
const REPORT = `({
  ...globalThis.rollwardLoad,
  entries: ["navigation", "resource"]
    .flatMap((type) => performance.getEntriesByType(type))
    .map(({ name, startTime, encodedBodySize }) => ({ name, startTime, encodedBodySize })),
})`;

/** Signs in once, as a person does. */
export async function signInOnce(url: string): Promise<SignedIn> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await signIn(page, url, ADMIN_KEY);
    return await context.storageState();
  } finally {
    await browser.close();
  }
}

/** Loads a page in a new browser: nothing of it is in any cache. */
export async function loadCold(url: string, { path, content }: MeasuredPage, signedIn: SignedIn): Promise<ColdLoad> {
  const browser = await openBrowser();
  try {
    const context = await browser.newContext({ storageState: signedIn, viewport: WINDOWS.desktop });
    const page = await context.newPage();
    await page.addInitScript(watcherOf(content));
    const cpuMs = await countCpu(page);
    await page.goto(`${url}${path}`, { waitUntil: "commit", timeout: PATIENCE_MS });
    await answered(page);
    const spentMs = await cpuMs();
    const { contentMs, interactiveMs, entries }: Seen = await page.evaluate(REPORT);
    const early = entries.filter(({ name, startTime }) => startTime <= contentMs && !isOfApi(name));
    return {
      contentMs,
      interactiveMs,
      cpuMs: spentMs,
      files: early.map(({ name }) => name),
      sentBytes: early.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
    };
  } finally {
    await browser.close();
  }
}

/** Waits until the key was answered; looking seldom takes less from what is measured. */
async function answered(page: Page): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if (await page.evaluate<boolean>("globalThis.rollwardLoad?.interactiveMs > 0")) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`No key was answered at ${page.url()} within ${PATIENCE_MS / 1_000} s.`);
}

const isOfApi = (address: string): boolean => new URL(address).pathname.startsWith("/api/");

/** Begins to count CPU time of the page's main thread; the answer tells it, ms. */
async function countCpu(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN) * 1_000;
  };
}

/** Bytes of a file as it is sent to whoever takes only gzip. */
export function gzippedBytes(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(address, { headers: { "accept-encoding": "gzip", accept: "text/html,*/*" } }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
      answer.on("end", () => resolve(bytes));
      answer.on("error", reject);
    }).on("error", reject);
  });
}
