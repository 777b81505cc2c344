import { BlockList, isIP } from "node:net";

/** A proxy through which connections are opened (RFC 9110, section 9.3.6: `CONNECT`). */
export interface OutboundProxy {
  /** `http://proxy.example:3128`, without credentials. */
  readonly origin: string;
  /** Value of `Proxy-Authorization`; `null` for none. */
  readonly authorization: string | null;
  /** Environment variable that names it. */
  readonly variable: string;
}

/** Which proxy leads to an address; `null` is a direct connection. */
export type ProxyFor = (address: URL) => OutboundProxy | null;

type Environment = Readonly<Record<string, string | undefined>>;

/** No proxy for anything. */
export const DIRECT: ProxyFor = () => null;

/**
 * The proxies of an environment, as curl and Go's `httpproxy` read them: `HTTPS_PROXY` for addresses with https, `HTTP_PROXY` for
 * those with http, each in lower case first; `NO_PROXY` names what goes without. Loopback always does. Throws a `RangeError` whose
 * message is a sentence, without the value, which may hold a password.
 */
export function proxiesOf(environment: Environment): ProxyFor {
  const { secure, plain } = namedIn(environment);
  if (secure === null && plain === null) return DIRECT;
  const passes = exceptionsOf(exceptionsIn(environment));
  return (address) => {
    const host = hostOf(address);
    if (isLoopback(host) || passes(host, portOf(address))) return null;
    return address.protocol === "https:" ? secure : plain;
  };
}

/** The proxies that an environment names, each once, whatever goes without them. Throws as `proxiesOf` does. */
export function proxiesNamed(environment: Environment): readonly OutboundProxy[] {
  const { secure, plain } = namedIn(environment);
  return [secure, plain].filter((proxy) => proxy !== null);
}

function namedIn(environment: Environment): Readonly<Record<"secure" | "plain", OutboundProxy | null>> {
  // What nobody goes through need not be one that we can speak to.
  if (exceptionsIn(environment).split(SEPARATORS).includes("*")) return { secure: null, plain: null };
  return { secure: proxyIn(environment, "HTTPS_PROXY"), plain: proxyIn(environment, "HTTP_PROXY") };
}

const SEPARATORS = /[\s,]+/u;

const exceptionsIn = (environment: Environment): string => said(environment, "NO_PROXY")?.text ?? "";

/** In lower case first, as it has always been written where both are. */
function said(environment: Environment, name: string): { readonly text: string; readonly variable: string } | null {
  for (const variable of [name.toLowerCase(), name]) {
    const text = environment[variable]?.trim() ?? "";
    if (text !== "") return { text, variable };
  }
  return null;
}

function proxyIn(environment: Environment, name: string): OutboundProxy | null {
  const found = said(environment, name);
  if (found === null) return null;
  const { text, variable } = found;
  const refuse = (why: string): RangeError =>
    new RangeError(`${variable} ${why}. Write it like ${EXAMPLE}, or go without any by NO_PROXY=*.`);
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  if (url === null || url.hostname === "") throw refuse("is not the address of a proxy");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refuse(`names a proxy by ${url.protocol.slice(0, -1)}; only http and https are spoken`);
  }
  return { origin: url.origin, authorization: authorizationOf(url, refuse), variable };
}

const EXAMPLE = "http://proxy.example.com:3128";

function authorizationOf({ username, password }: URL, refuse: (why: string) => RangeError): string | null {
  if (username === "" && password === "") return null;
  try {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(credentials).toString("base64")}`;
  } catch {
    throw refuse("has a name or a password in which a % is not followed by two hex digits");
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const isLoopback = (host: string): boolean =>
  host === "localhost" || host.endsWith(".localhost") || isIn(LOOPBACK, host);

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? "ipv6" : "ipv4");
}

/** An address of version 6 without its brackets, a name without the dot of the root. */
const hostOf = ({ hostname }: URL): string =>
  hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");

const portOf = ({ port, protocol }: URL): string => (port === "" ? (protocol === "https:" ? "443" : "80") : port);

type Passes = (host: string, port: string) => boolean;

/**
 * A name, which stands for what is below it, too; `.name`, only what is below; an address; a block like 10.0.0.0/8. Names and
 * addresses with `:port` where they like. `*`, which is everything, has been looked for before.
 */
function exceptionsOf(list: string): Passes {
  const entries = list.toLowerCase().split(SEPARATORS);
  const each = entries.filter((entry) => entry !== "").map(exceptionOf);
  return (host, port) => each.some((passes) => passes(host, port));
}

function exceptionOf(entry: string): Passes {
  const [net = "", prefix] = entry.split("/");
  if (prefix !== undefined) return blockOf(net, prefix);
  const { name, port: only } = withPort(entry);
  const below = name.replace(/^\*?\./, ".").replace(/\.$/, "");
  return (host, port) => {
    if (only !== null && only !== port) return false;
    return below.startsWith(".") ? host.endsWith(below) : host === below || host.endsWith(`.${below}`);
  };
}

/** An entry that is no block excepts nothing. */
function blockOf(net: string, prefix: string): Passes {
  const family = isIP(net);
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Infinity;
  if (family === 0 || bits > (family === 6 ? 128 : 32)) return () => false;
  const block = new BlockList();
  block.addSubnet(net, bits, family === 6 ? "ipv6" : "ipv4");
  return (host) => isIn(block, host);
}

/** `name`, `name:port`, `::1`, `[::1]:port`. */
function withPort(entry: string): { readonly name: string; readonly port: string | null } {
  if (isIP(entry) === 6) return { name: entry, port: null };
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(entry);
  return { name: parts?.[1] ?? parts?.[2] ?? entry, port: parts?.[3] ?? null };
}
