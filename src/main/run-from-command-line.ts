import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import colors from "picocolors";
import { destination } from "pino";
import type { Logger } from "pino";
import { inDataDir } from "../adapters/stores/postgres/data-dir.ts";
import { lockDataDir } from "../adapters/stores/postgres/data-dir-lock.ts";
import { openEmbedded } from "../adapters/stores/postgres/embedded.ts";
import type { Embedded } from "../adapters/stores/postgres/embedded.ts";
import { createMaskedLog } from "../adapters/system/masked-log.ts";
import { IN_MEMORY, OptionsError, readOptions, USAGE } from "../config/options.ts";
import type { Options } from "../config/options.ts";
import type { Key } from "../domain/access/key.ts";
import { RollwardError } from "../domain/errors.ts";
import type { OutboundProxy } from "../kit/outbound-proxy.ts";
import { createDemoKey } from "./first-key.ts";
import { createHumanStream } from "./human-stream.ts";
import { STOP_MS } from "./listen.ts";
import { outliveReaders } from "./outlive-readers.ts";
import { ProjectError } from "./project-error.ts";
import { requirePlace } from "./require-place.ts";
import type { ServeOptions, Server } from "./serve.ts";
import { StopWishes } from "./stop-wishes.ts";

type Serve = (options: ServeOptions, environment: NodeJS.ProcessEnv, log: Logger) => Promise<Server>;

const OLDEST_NODE = 24;

/**
 * Reads the command line, serves until told to stop, and explains failures in sentences. `load` reads the program: a
 * thousand modules, which takes about as long as the embedded database takes to open on its own thread meanwhile.
 */
export async function runFromCommandLine(load: () => Promise<Serve>): Promise<void> {
  const startedAt = performance.now();
  outliveReaders([process.stdout, process.stderr]);
  try {
    requireNode();
    const options = readOptions(process.argv.slice(2), process.env);
    if (options.help) {
      process.stdout.write(USAGE);
      return;
    }
    await requirePlace(options);
    await requireConfiguration(options);
    if (options.fresh) forget(options.dataDir);
    const embedded = openEarly(options);
    const log = logFor(options);
    const serve = await loaded(load, embedded);
    const wishes = hearStopWishes(options, log);
    const starting = serve({ ...options, ...(embedded !== null && { embedded }) }, process.env, log);
    const server = await sayingWhatTakesLong(options, starting);
    const greeting = { options, tookMs: performance.now() - startedAt };
    if (speaksJson(options)) greetInLog(server, log, greeting);
    else if (!wishes.isWished || server.adminKey?.isNew === true) {
      greet(server, { ...greeting, link: await signInLink(server) });
    }
    tellParent();
    const demo = options.demo && !wishes.isWished ? await startDemo(server) : null;
    wishes.grantWith(async () => {
      demo?.kill("SIGTERM");
      await server.stop().catch(fail);
    });
  } catch (error) {
    fail(error);
  }
}

function requireNode(): void {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    throw new RollwardError("node_too_old", { version: process.version });
  }
}

/** Throws `ProjectError` for a configuration that cannot be served, before anything is made or opened for it. */
async function requireConfiguration({ config, environment = null }: Options): Promise<void> {
  if (config === null) return;
  const { readConfiguration } = await import("./read-configuration.ts");
  await readConfiguration({ config, environment, variables: process.env });
}

/** Removes what an earlier demo left behind; throws `data_dir_in_use` while a server still works on it. */
function forget(dataDir: string): void {
  lockDataDir(dataDir, () => {}).release();
  rmSync(dataDir, { recursive: true, force: true });
}

/** Begins to open the embedded database where the options ask for one. Why it cannot be opened is told by whoever waits for it. */
function openEarly({ databaseUrl, dataDir }: Options): Promise<Embedded> | null {
  if (databaseUrl !== null || dataDir === IN_MEMORY) return null;
  const embedded = openEmbedded(dataDir);
  embedded.catch(() => {});
  return embedded;
}

/** A program that cannot be read leaves the database as whoever stops in good order does. */
async function loaded(load: () => Promise<Serve>, embedded: Promise<Embedded> | null): Promise<Serve> {
  try {
    return await load();
  } catch (error) {
    await embedded?.then(
      (opened) => opened.close(),
      () => {},
    );
    throw error;
  }
}

/** Programs read JSON lines, people read sentences; standard output never carries both. The demo is for people. */
const speaksJson = ({ demo }: Options): boolean => !demo && !process.stdout.isTTY;

/** The demo tells its story on the terminal, so its log goes to a file beside the data. */
function logFor(options: Options): Logger {
  if (speaksJson(options)) return createMaskedLog();
  if (!options.demo) return createMaskedLog(createHumanStream((text) => void process.stdout.write(text)));
  const { dataDir } = options;
  // Opened here and now: pino writes out what waits when the process exits, and fails with a file that is still opening.
  const dest = inDataDir(dataDir, () => openSync(join(dataDir, "rollward.log"), "a"));
  return createMaskedLog(destination({ dest, sync: false }));
}

/** A start that is longer silent looks like one that hangs, ms. */
const SILENCE_MS = 1_000;

/** Tells people, and no program, what a start waits for that takes longer than a moment. */
async function sayingWhatTakesLong(options: Options, starting: Promise<Server>): Promise<Server> {
  if (speaksJson(options) && !process.stderr.isTTY) return starting;
  const timer = setTimeout(() => process.stderr.write("Preparing the database…\n"), SILENCE_MS);
  try {
    return await starting;
  } finally {
    clearTimeout(timer);
  }
}

/** What is said when the server is up. */
interface Greeting {
  readonly options: Options;
  readonly tookMs: number;
}

const storeOf = ({ databaseUrl, dataDir }: Options): string => (databaseUrl === null ? dataDir : "PostgreSQL");

/** Without its credentials. */
const nameOfProxy = ({ origin, variable }: OutboundProxy): string => `${origin} (${variable})`;

/** Where the rollward command looks unless it is told otherwise. */
const USUAL_URL = "http://127.0.0.1:4400";

/** The same for programs. A key made now has no other way to its owner, and only its hash is kept. */
function greetInLog({ url, adminKey }: Server, log: Logger, { options, tookMs }: Greeting): void {
  const proxies = options.proxies?.map(nameOfProxy) ?? [];
  const up = { url, data: storeOf(options), ...(proxies.length > 0 && { proxies }), tookMs: Math.round(tookMs) };
  log.info(up, "Rollward is up.");
  if (adminKey?.isNew !== true) return;
  // Not by way of the log, which masks keys: this line is the only way of this one to its owner.
  const line = { level: 30, time: Date.now(), admin_key: adminKey.text, msg: "The first admin key, shown only now." };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** For people only: a log is read by more than the one who started the server. */
interface PersonalGreeting extends Greeting {
  readonly link: string | null;
}

function greet({ url, adminKey }: Server, { options, tookMs, link }: PersonalGreeting): void {
  const lines = [
    `${colors.bold("rollward")}  ${url}  ${colors.dim(`data: ${storeOf(options)}, up in ${(tookMs / 1000).toFixed(1)} s`)}`,
  ];
  if (adminKey?.isNew === true) {
    lines.push(
      "admin key, shown only now; for the rollward command:",
      `  ${colors.bold(`export ROLLWARD_API_KEY=${adminKey.text}`)}`,
    );
    if (url !== USUAL_URL) lines.push(`  ${colors.bold(`export ROLLWARD_URL=${url}`)}`);
  }
  for (const proxy of options.proxies ?? []) lines.push(`connections to the outside go through ${nameOfProxy(proxy)}`);
  if (link !== null) lines.push(`console  ${colors.bold(link)}  ${colors.dim("signs in once, within ten minutes")}`);
  process.stdout.write(`${lines.join("\n")}\n\n`);
}

/** Only whoever sits at this machine is spared the key; elsewhere a link could be read on its way. */
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|$)/;

/** An address that opens the console without a key: for the oldest admin key that is good. `null` where there is none. */
async function signInLink({ url, house }: Server): Promise<string | null> {
  const { stores, gateway, sessions } = house;
  const now = gateway.clock.now();
  const isGood = ({ scopes, revokedAt, expiresAt }: Key): boolean =>
    scopes.includes("admin") && revokedAt === null && (expiresAt === null || expiresAt > now);
  const key = (await stores.keys.list()).find((each) => isGood(each) && each.environment === undefined);
  if (!LOOPBACK.test(url) || key === undefined) return null;
  return `${url}/#signin=${(await sessions.makeLink(key.id)).link}`;
}

/** Whoever started this and wants to know hears that calls are answered; to one that has left meanwhile it is no matter. */
function tellParent(): void {
  if (process.connected) process.send?.("ready", undefined, undefined, () => {});
}

/** The demo is an application of its own: another process that knows only the address and a key. */
async function startDemo({ url, house }: Server): Promise<ChildProcess> {
  const script = fileURLToPath(new URL("../../examples/support-bot/demo/drive.ts", import.meta.url));
  return spawn(process.execPath, [script], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ROLLWARD_URL: url, ROLLWARD_API_KEY: await createDemoKey(house) },
  });
}

/** Programs find it in the log, as does who reads that of the demo; people hear at once that their Ctrl-C has come. */
function hearStopWishes(options: Options, log: Logger): StopWishes {
  return new StopWishes({
    process,
    now: () => performance.now(),
    say: (text) => {
      if (speaksJson(options) || options.demo) log.info(text);
      if (!speaksJson(options)) process.stderr.write(`\n${text}\n`);
    },
    exit: (code) => process.exit(code),
    drainMs: STOP_MS,
  });
}

function fail(error: unknown): never {
  explain(error);
  process.exit(1);
}

function explain(error: unknown): void {
  if (error instanceof RollwardError && error.code !== "internal") {
    process.stderr.write(`${error.message}\n${error.help}\n`);
  } else if (error instanceof OptionsError || error instanceof ProjectError) {
    process.stderr.write(`${error.message}\n`);
  } else {
    process.stderr.write(
      `Rollward could not start.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}
