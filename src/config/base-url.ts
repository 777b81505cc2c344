import { isIP } from "node:net";
import type { BlockList } from "node:net";
import { METADATA_ADDRESSES, PRIVATE_ADDRESSES } from "../kit/special-addresses.ts";
import type { Fault } from "./source/mistakes.ts";

const METADATA_NAMES = new Set(["metadata", "metadata.google.internal", "instance-data"]);

const LITERALLY_LOCAL = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?:\/|$)/i;

const inList = (list: BlockList, host: string): boolean => {
  const version = isIP(host);
  return version !== 0 && list.check(host, version === 4 ? "ipv4" : "ipv6");
};

/** Whether the text names this machine in one of the three plain spellings. */
export function isLiterallyLocal(text: string): boolean {
  return LITERALLY_LOCAL.test(text);
}

/** What is wrong with the form of a base URL, or `null`. Never shows the URL: it may hold a password. */
export function baseUrlFault(text: string): Fault | null {
  if (!URL.canParse(text)) return { message: "this is not a URL", fix: "write it like https://api.example.com/v1" };
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    return { message: "the URL is neither https nor http", fix: "write it like https://api.example.com/v1" };
  if (url.username !== "" || url.password !== "" || text.slice(0, text.indexOf("/", 8)).includes("@")) {
    return {
      message: "the URL holds user information",
      fix: "remove everything before the @; name the variable that holds the key in key_env",
    };
  }
  if (url.search !== "" || url.hash !== "" || text.includes("?") || text.includes("#")) {
    return {
      message: "the URL has a query or a fragment",
      fix: "end it after the path; put constant headers under `headers`",
    };
  }
  return null;
}

/**
 * What is wrong with where a base URL points, or `null`. Only the spelling is judged here, in the form the URL parser
 * gives it (`0x7f.1` is 127.0.0.1); a name that resolves to a private address is refused when connecting.
 */
export function baseUrlPlaceFault(text: string, allowPrivate: boolean): Fault | null {
  const host = new URL(text).hostname.replace(/\.$/, "").replace(/^\[(.*)\]$/, "$1");
  if (inList(METADATA_ADDRESSES, host) || METADATA_NAMES.has(host)) {
    return { message: "the URL points at a link-local or metadata address", fix: "name the provider's own address" };
  }
  const isPrivate = inList(PRIVATE_ADDRESSES, host) || host === "localhost" || host.endsWith(".localhost");
  if (isPrivate && !allowPrivate && !isLiterallyLocal(text)) {
    return {
      message: "the URL points at a private address",
      fix: "add `allow_private: true` to the provider if you mean it",
    };
  }
  return null;
}
