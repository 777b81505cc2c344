// Bootstrap: plain JavaScript on any Node >= 20, and nothing from node_modules, because it runs before there is one.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of the project, absolute. */
export const root = resolve(fileURLToPath(import.meta.url), "../..");

const OLDEST_HOST = 20;
const OLDEST_NODE = 24;

/**
 * Ends the process with status 1 and a message: what is wrong, an empty line, what to do.
 * @param {string} problem
 * @param {readonly string[]} help
 * @returns {never}
 */
function fail(problem, help) {
  process.stderr.write(`\n${problem}\n\n${help.map((line) => `  ${line}\n`).join("")}\n`);
  process.exit(1);
}

const major = (/** @type {string} */ version) => Number.parseInt(version.replace(/^v/, ""), 10);

/**
 * Packages of a lock file by path, or `null` when the file is absent or unreadable.
 * @returns {Record<string, { version?: string, dev?: boolean, optional?: boolean, devOptional?: boolean }> | null}
 */
function lockedPackages(/** @type {string} */ file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

/**
 * Whether node_modules holds every package of the lock file in the locked version. Compares content and not file
 * times, which a checkout or a copy changes. Optional packages (binaries of other systems) may be missing;
 * development packages too when `developing` is false.
 */
function isInstalled(/** @type {boolean} */ developing) {
  const wanted = lockedPackages(join(root, "package-lock.json"));
  const present = lockedPackages(join(root, "node_modules", ".package-lock.json"));
  if (wanted === null) return fail("package-lock.json cannot be read.", ["Restore it: git checkout package-lock.json"]);
  if (present === null) return false;
  return Object.entries(wanted).every(([path, { version, dev, optional, devOptional }]) => {
    if (path === "" || optional || devOptional || (dev && !developing)) return true;
    return present[path]?.version === version;
  });
}

const binaries = join(root, "node_modules", ".bin");

/** PATH without the project's own binaries. */
const hostPath = () => (process.env["PATH"] ?? "").split(delimiter).filter((entry) => resolve(entry) !== binaries);

/** Runs the machine's npm in the project's root, quietly; ends the process when there is none. */
function npm(/** @type {readonly string[]} */ args) {
  const quiet = ["--loglevel=error", "--no-progress", "--no-audit", "--no-fund"];
  // Without a network npm waits at least ten seconds for each of some seventy packages, one after the other. So it
  // gives up at once, and we try again as a whole; what has arrived by then is in its cache.
  const result = spawnSync("npm", [...args, ...quiet, "--fetch-retries=0"], {
    cwd: root,
    // Inside an npm script node_modules/.bin comes first on PATH; npm must not run on the very Node that it is about
    // to delete and install anew, so it gets the machine's own PATH.
    env: { ...process.env, PATH: hostPath().join(delimiter) },
    encoding: "utf8",
    shell: process.platform === "win32",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) {
    fail(`npm could not be started: ${result.error.message}`, ["Install npm (it comes with Node) and try again."]);
  }
  return { passed: result.status === 0, output: `${result.stdout}${result.stderr}` };
}

const isLockRefused = (/** @type {string} */ output) => output.includes("EUSAGE");

function npmTwice(/** @type {readonly string[]} */ args) {
  const first = npm(args);
  return first.passed || isLockRefused(first.output) ? first : npm(args);
}

function install() {
  process.stderr.write("Installing dependencies (half a minute to a minute and a half, more on a slow line) …\n");
  const strict = npmTwice(["ci"]);
  if (strict.passed) return;
  // `npm ci` refuses a lock file without the optional binaries of systems other than the one that wrote it.
  // `npm install --no-save` follows the lock just as well, and leaves it as it is.
  const { passed, output } = isLockRefused(strict.output) ? npmTwice(["install", "--no-save"]) : strict;
  if (passed) return;
  process.stderr.write(output);
  fail("The dependencies could not be installed; npm's own words are above.", [
    "No network, or a proxy in between: connect, check `npm config get registry` and `npm ping`, then try again.",
    "Disk full or no permission: make room, or check who owns this folder.",
  ]);
}

const versionOf = (/** @type {string} */ node) => spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim();

/** The Node that the project brings along, or the running one when that is new enough; absolute path. */
function projectNode() {
  const file = process.platform === "win32" ? "node.exe" : "node";
  const brought = join(root, "node_modules", "node", "bin", file);
  const found = existsSync(brought) ? versionOf(brought) : undefined;
  if (found !== undefined && major(found) >= OLDEST_NODE) return brought;
  if (major(process.version) >= OLDEST_NODE) return process.execPath;
  const state = found === undefined ? "is missing" : `reports version ${found || "none at all"}`;
  return fail(`Rollward needs Node ${OLDEST_NODE} or later. It brings its own, but node_modules/.bin/node ${state}.`, [
    "npm has probably not run the install script of the package `node` (`npm config get ignore-scripts` says true).",
    "Allow this one script:  npm rebuild node --ignore-scripts=false",
    `Or use a Node ${OLDEST_NODE} of your own; this one is ${process.version}.`,
  ]);
}

/**
 * Installs what is missing and answers with the path of a Node that can run the project.
 * Prints nothing when all is there. Ends the process with a message when that cannot be had.
 * @param {{ readonly developing: boolean }} options Whether development packages are needed as well.
 * @returns {string}
 */
export function prepare({ developing }) {
  if (major(process.version) < OLDEST_HOST) {
    fail(`This is Node ${process.version}.`, [`Use Node ${OLDEST_HOST} or later; Rollward brings a newer one itself.`]);
  }
  if (!isInstalled(developing)) install();
  return projectNode();
}

/**
 * A program of ours: its source in a clone, its build where only that was shipped.
 * @param {string} name Without ending, such as `cli/main`.
 */
export function program(name) {
  const source = join(root, "src", `${name}.ts`);
  return existsSync(source) ? source : join(root, "dist", `${name}.js`);
}

/**
 * Variables of a program of ours that is started again and again: Node keeps what it has made of the modules (types taken
 * out, V8's code) and finds it there the next time. The folder is one of whoever may change the program itself, it goes
 * with the packages it is made of, and a start that cannot use it is only slower. A folder of the user's own stays.
 * @param {Readonly<Record<string, string | undefined>>} [environment]
 * @returns {Readonly<Record<string, string>>}
 */
export const keepingCompiled = (environment = process.env) =>
  environment["NODE_COMPILE_CACHE"] === undefined
    ? { NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "rollward") }
    : {};

/**
 * Runs a program in the foreground, with the project's Node and tools first on its PATH, hands signals on, and
 * resolves with its exit status (128 + n after signal n).
 * @param {string} node
 * @param {readonly string[]} args
 * @param {{ readonly variables?: Readonly<Record<string, string>>, readonly onReady?: () => void }} [options]
 * `variables` are set in its environment; `onReady` is called once when it says that it is ready, if it is one that does.
 * @returns {Promise<number>}
 */
export function runInForeground(node, args, { variables = {}, onReady } = {}) {
  const env = { ...process.env, ...variables, PATH: [binaries, ...hostPath()].join(delimiter) };
  const child = spawn(node, args, {
    stdio: ["inherit", "inherit", "inherit", ...(onReady === undefined ? [] : [/** @type {const} */ ("ipc")])],
    env,
  });
  if (onReady !== undefined) child.once("message", onReady);
  let lastTold = -Infinity;
  const tell = (/** @type {NodeJS.Signals} */ signal) => {
    // One wish to stop may arrive here several times: from the terminal, from npm, from whoever kills the group.
    if (performance.now() - lastTold < 1000) return;
    lastTold = performance.now();
    child.kill(signal);
  };
  // A terminal's Ctrl-C reaches the child by itself; handed on, it would count as a second, impatient one.
  process.on("SIGINT", () => process.stdin.isTTY || tell("SIGINT"));
  process.on("SIGTERM", () => tell("SIGTERM"));
  // A terminal that is closed: the child ends in good order, and so do we with it.
  process.on("SIGHUP", () => tell("SIGHUP"));
  // npm hands a signal to the shell between it and us, and the shell dies without a word to us.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env["npm_lifecycle_event"] === undefined || process.ppid === parent) return;
    clearInterval(watch);
    tell("SIGTERM");
  }, 250).unref();
  return new Promise((done, failed) => {
    child.on("error", failed);
    child.on("exit", (code, signal) => done(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  });
}
