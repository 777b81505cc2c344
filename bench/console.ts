import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { buildConsole, CHROMIUM, NO_CHROMIUM } from "../test/console/browser.ts";
import { gzippedBytes, loadCold, signInOnce } from "./console/cold-load.ts";
import type { ColdLoad, MeasuredPage, SignedIn } from "./console/cold-load.ts";
import { startDemoServer } from "./console/demo-server.ts";
import { median } from "./semantic/verdict.ts";

const HELP = `How quickly the console is there for somebody who is signed in and has nothing of it in a cache.

  --loads N    cold loads of each page, each in a browser that was just started (default 9); medians are shown
  --calls N    calls that the server has recorded (default 600)
  --json       ends with one line of JSON

Interactive is the time from the start of the navigation until the page's main content stands with its data and a press
of a key after that has been answered on the screen.
`;

const { values: options } = parseArgs({
  options: {
    loads: { type: "string", default: "9" },
    calls: { type: "string", default: "600" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const PAGES: readonly MeasuredPage[] = [
  { name: "Now", path: "/", content: '#page section[aria-label="Four numbers"]' },
  { name: "Calls", path: "/calls", content: "#page [role=listitem]" },
];

const MOST_BYTES = 300_000;
const MOST_MS = 1_500;

interface Figures {
  readonly page: string;
  readonly contentMs: number;
  readonly interactiveMs: number;
  /** The slowest load's. */
  readonly worstMs: number;
  readonly cpuMs: number;
  /** Of the files that were asked for until the main content was there. */
  readonly gzippedBytes: number;
  readonly sentBytes: number;
  readonly files: number;
}

async function measure(url: string, page: MeasuredPage, signedIn: SignedIn): Promise<Figures> {
  const loads: ColdLoad[] = [];
  while (loads.length < Number(options.loads)) loads.push(await loadCold(url, page, signedIn));
  const of = (pick: (load: ColdLoad) => number): number => median(loads.map(pick));
  const files = [...new Set(loads.flatMap((load) => load.files))];
  const gzipped = await Promise.all(files.map(gzippedBytes));
  return {
    page: page.name,
    contentMs: Math.round(of(({ contentMs }) => contentMs)),
    interactiveMs: Math.round(of(({ interactiveMs }) => interactiveMs)),
    worstMs: Math.round(Math.max(...loads.map(({ interactiveMs }) => interactiveMs))),
    cpuMs: Math.round(of(({ cpuMs }) => cpuMs)),
    gzippedBytes: gzipped.reduce((sum, bytes) => sum + bytes, 0),
    sentBytes: Math.max(...loads.map(({ sentBytes }) => sentBytes)),
    files: files.length,
  };
}

function print(figures: readonly Figures[]): void {
  const cell = (value: string | number): string => String(value).padStart(16);
  console.log(
    `${"page".padEnd(8)}${["content ms", "interactive ms", "slowest ms", "main thread ms", "gzipped kB", "brotli kB", "files"].map(cell).join("")}`,
  );
  for (const { page, contentMs, interactiveMs, worstMs, cpuMs, gzippedBytes: gzipped, sentBytes, files } of figures) {
    const kb = [gzipped, sentBytes].map((bytes) => (bytes / 1_000).toFixed(1));
    console.log(`${page.padEnd(8)}${[contentMs, interactiveMs, worstMs, cpuMs, ...kb, files].map(cell).join("")}`);
  }
  console.log(
    `medians of ${options.loads} cold loads; at most ${MOST_MS} ms and ${MOST_BYTES / 1_000} kB gzipped are wanted; load of the machine ${loadText()}`,
  );
}

const loadText = (): string => (loadavg()[0] ?? 0).toFixed(1);

async function main(): Promise<void> {
  if (options.help) return console.log(HELP);
  if (CHROMIUM === null) throw new Error(NO_CHROMIUM);
  buildConsole();
  const server = await startDemoServer(Number(options.calls));
  try {
    const signedIn = await signInOnce(server.url);
    const figures: Figures[] = [];
    for (const page of PAGES) figures.push(await measure(server.url, page, signedIn));
    print(figures);
    const isMet = figures.every((one) => one.interactiveMs <= MOST_MS && one.gzippedBytes < MOST_BYTES);
    if (!isMet) process.exitCode = 1;
    if (options.json)
      console.log(JSON.stringify({ loads: Number(options.loads), machineLoad: Number(loadText()), pages: figures }));
  } finally {
    await server.stop();
  }
}

await main();
