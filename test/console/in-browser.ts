import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { ProjectText, RunningServer } from "../fixtures/running-server.ts";
import { buildConsole, CHROMIUM, NO_CHROMIUM, openBrowser, openWindow, signIn } from "./browser.ts";
import type { ConsoleWindow, Look } from "./browser.ts";
import { PATIENCE } from "./story-stage.ts";

type Close = () => Promise<unknown>;

/** The browser of a suite, and what its tests open. */
export class BrowserStage {
  readonly #afterTest: Close[] = [];
  readonly #afterSuite: Close[] = [];
  #browser: Browser | null = null;

  /** Throws before the suite has begun. */
  get browser(): Browser {
    if (this.#browser === null) throw new Error("The browser is opened when the suite begins.");
    return this.#browser;
  }

  async begin(): Promise<void> {
    buildConsole();
    this.#browser = await openBrowser();
  }

  async end(): Promise<void> {
    await this.#browser?.close();
    await closeAll(this.#afterSuite);
  }

  async endTest(): Promise<void> {
    await closeAll(this.#afterTest);
  }

  /** Closes something when the test is over; what was opened last is closed first. */
  afterTest(close: Close): void {
    this.#afterTest.push(close);
  }

  /** Starts a server for one test. */
  async serve(files: ProjectText): Promise<RunningServer> {
    const server = await startServer(files);
    this.afterTest(() => server.stop());
    return server;
  }

  /** Starts a server for all tests; it stops when the browser has gone. */
  async serveAll(files: ProjectText): Promise<RunningServer> {
    const server = await startServer(files);
    this.#afterSuite.push(() => server.stop());
    return server;
  }

  /** Opens a window in which somebody is signed in; it is closed with the test at the latest. */
  async signedIn({ url }: Pick<RunningServer, "url">, look: Look = {}): Promise<ConsoleWindow> {
    const window = await openWindow(this.browser, look);
    this.afterTest(() => window.context.close());
    window.page.setDefaultTimeout(PATIENCE.timeout);
    await signIn(window.page, url, ADMIN_KEY);
    return window;
  }
}

/** A suite of tests in a browser; where there is none it is skipped, and says so. */
export function describeInBrowser(title: string, tests: (stage: BrowserStage) => void): void {
  describe.skipIf(CHROMIUM === null)(`${title}${CHROMIUM === null ? ` (skipped: ${NO_CHROMIUM})` : ""}`, () => {
    const stage = new BrowserStage();
    beforeAll(() => stage.begin());
    afterAll(() => stage.end());
    afterEach(() => stage.endTest());
    tests(stage);
  });
}

async function closeAll(open: Close[]): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close();
}
