import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { proxiesNamed } from "../kit/outbound-proxy.ts";
import type { OutboundProxy } from "../kit/outbound-proxy.ts";
import { closest } from "./closest.ts";

/** How the server is started. */
export interface Options {
  readonly host: string;
  readonly port: number;
  /** Directory of the embedded database, or `:memory:`; not used with a database server. */
  readonly dataDir: string;
  /** Connection string of a PostgreSQL server, or `null` for the embedded database. */
  readonly databaseUrl: string | null;
  /** Address of a Valkey or Redis server that replicas share, or `null` for a process that shares nothing. */
  readonly valkeyUrl: string | null;
  /** Path of rollward.yaml, or `null` to serve what was applied last. */
  readonly config: string | null;
  /** The environment to serve the project in; absent or `null` is the one that it names as its own. */
  readonly environment?: string | null;
  /** Directory of programs that gates may run; absent or `null` runs none. */
  readonly allowCommands?: string | null;
  /** Where people reach this server, without a slash at its end; absent or `null` where it does not know. */
  readonly publicUrl?: string | null;
  /** What connections to the outside go through; absent is nothing. */
  readonly proxies?: readonly OutboundProxy[];
  /** The admin key to accept instead of making one. */
  readonly adminKey: string | null;
  /** Runs the example project against the simulated provider and tells the story. */
  readonly demo: boolean;
  /** Forgets what an earlier demo left behind. */
  readonly fresh: boolean;
  readonly help: boolean;
}

/** Shown by `npm start -- --help`. */
export const USAGE = `Usage: npm start -- [options]

  --config FILE       serve a project (rollward.yaml); without it the demo runs
  --environment NAME  serve the project in this one of its environments (ROLLWARD_ENVIRONMENT); default: its own
  --fresh             with the demo: start over
  --no-demo           serve what was applied last, without the demo
  --port N            port to listen on (ROLLWARD_PORT, default 4400)
  --host ADDRESS      address to listen on (ROLLWARD_HOST, default 127.0.0.1)
  --data-dir DIR      directory of the embedded database (ROLLWARD_DATA_DIR, default .rollward/data);
                      :memory: keeps nothing
  --database-url URL  PostgreSQL server instead of the embedded database (DATABASE_URL)
  --valkey-url URL    Valkey or Redis server that replicas share: redis:// or rediss:// (VALKEY_URL)
  --allow-commands DIR  let gates run the programs in this directory (ROLLWARD_ALLOW_COMMANDS); default: none
  --public-url URL    where people reach this server, for links in messages (ROLLWARD_PUBLIC_URL)
  --help              this text

  HTTPS_PROXY, HTTP_PROXY  proxy for connections to the outside; NO_PROXY names what goes without it
  ROLLWARD_ADMIN_KEY  admin key to accept instead of creating one at the first start (at least 24 characters)
`;

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A mistake in the command line or the environment, as a sentence. */
export class OptionsError extends Error {}

const DEFAULT_PORT = 4400;
/** Shorter admin keys could be guessed. */
const MIN_ADMIN_KEY = 24;

/** Reads flags and environment; a flag wins. Throws `OptionsError`. */
export function readOptions(args: readonly string[], environment: Environment): Options {
  const flags = readFlags(args);
  const config = flags.config ?? null;
  const demo = config === null && flags["no-demo"] !== true;
  const adminKey = environment["ROLLWARD_ADMIN_KEY"] ?? null;
  if (adminKey !== null && adminKey.length < MIN_ADMIN_KEY) {
    throw new OptionsError(`ROLLWARD_ADMIN_KEY has fewer than ${MIN_ADMIN_KEY} characters; choose a longer one.`);
  }
  return {
    host: flags.host ?? environment["ROLLWARD_HOST"] ?? "127.0.0.1",
    port: readPort(flags.port ?? environment["ROLLWARD_PORT"]),
    dataDir: readDirectory(
      flags["data-dir"] ?? environment["ROLLWARD_DATA_DIR"] ?? (demo ? ".rollward/demo" : ".rollward/data"),
    ),
    databaseUrl: flags["database-url"] ?? environment["DATABASE_URL"] ?? null,
    valkeyUrl: readValkeyUrl(flags["valkey-url"] ?? environment["VALKEY_URL"] ?? null),
    config,
    allowCommands: directoryOf(flags["allow-commands"] ?? environment["ROLLWARD_ALLOW_COMMANDS"]),
    publicUrl: readPublicUrl(flags["public-url"] ?? environment["ROLLWARD_PUBLIC_URL"]),
    environment: flags.environment ?? environment["ROLLWARD_ENVIRONMENT"] ?? null,
    proxies: readProxies(environment),
    adminKey,
    demo,
    fresh: demo && flags.fresh === true,
    help: flags.help === true,
  };
}

const directoryOf = (text: string | undefined): string | null =>
  text === undefined || text === "" ? null : resolve(text);

function readFlags(args: readonly string[]): {
  config?: string;
  environment?: string;
  "allow-commands"?: string;
  "public-url"?: string;
  host?: string;
  port?: string;
  "data-dir"?: string;
  "database-url"?: string;
  "valkey-url"?: string;
  "no-demo"?: boolean;
  fresh?: boolean;
  help?: boolean;
} {
  try {
    return parseArgs({
      args: [...args],
      options: FLAGS,
    }).values;
  } catch (error) {
    const told = unknownFlag(args) ?? (error instanceof Error ? error.message : String(error));
    throw new OptionsError(`${told} See \`npm start -- --help\`.`);
  }
}

const FLAGS = {
  config: { type: "string" },
  environment: { type: "string" },
  "allow-commands": { type: "string" },
  "public-url": { type: "string" },
  host: { type: "string" },
  port: { type: "string" },
  "data-dir": { type: "string" },
  "database-url": { type: "string" },
  "valkey-url": { type: "string" },
  "no-demo": { type: "boolean" },
  fresh: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** What is wrong with the first option that does not exist; `null` where all do. What follows its name may be a secret. */
function unknownFlag(args: readonly string[]): string | null {
  const names = args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2).split("=", 1)[0] ?? "");
  const unknown = names.find((name) => !Object.hasOwn(FLAGS, name));
  if (unknown === undefined) return null;
  const meant = closest(unknown, Object.keys(FLAGS));
  return meant === null
    ? `There is no option --${unknown}.`
    : `There is no option --${unknown}; did you mean --${meant}?`;
}

/** Keeps everything in memory: nothing survives the process. */
export const IN_MEMORY = ":memory:";

const readDirectory = (text: string): string => (text === IN_MEMORY ? text : resolve(text));

function readValkeyUrl(text: string | null): string | null {
  if (text === null || /^rediss?:\/\//.test(text)) return text;
  // The address itself may hold a password.
  throw new OptionsError("The address of Valkey does not begin with redis:// or rediss://.");
}

function readProxies(environment: Environment): readonly OutboundProxy[] {
  try {
    return proxiesNamed(environment);
  } catch (error) {
    throw error instanceof RangeError ? new OptionsError(error.message) : error;
  }
}

const MOST_URL = 500;

function readPublicUrl(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  const refuse = (why: string): OptionsError =>
    // The address itself may hold a password.
    new OptionsError(`The public URL ${why}. Write it like https://rollward.example.com.`);
  if (text.length > MOST_URL || !URL.canParse(text)) throw refuse("is not a URL");
  const { protocol, username, password, hostname, href } = new URL(text);
  const isLocal = hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) throw refuse("is not https");
  if (username !== "" || password !== "" || text.includes("@")) throw refuse("holds a name or a password");
  if (text.includes("?") || text.includes("#")) throw refuse("has a query or a fragment");
  return href.replace(/\/+$/, "");
}

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new OptionsError(`The port "${text}" is not a number from 0 to 65535.`);
  }
  return port;
}
