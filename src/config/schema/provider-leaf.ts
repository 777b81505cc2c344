import { baseUrlFault } from "../base-url.ts";
import { looksSecret } from "../secret-shape.ts";
import { shown } from "../source/mistakes.ts";
import { Refusal, leaf, number } from "./leaf.ts";

const MAX_URL = 2_000;

/** An http(s) URL without user information, query or fragment; without a slash at its end. */
export const baseUrlLeaf = () =>
  leaf<string>({
    json: { type: "string", format: "uri", pattern: "^https?://" },
    read: (input) => {
      if (typeof input !== "string" || input.length > MAX_URL)
        return new Refusal("expected a URL", "write it like https://api.example.com/v1");
      const fault = baseUrlFault(input);
      return fault === null ? input.replace(/\/$/, "") : new Refusal(fault.message, fault.fix);
    },
  });

// Upper case, so that a key pasted here by mistake is told from a name.
const ENV_NAME = /^[A-Z_][A-Z0-9_]{0,127}$/;

// Rollward's own secrets are not for providers.
const OWN_SECRETS = /^(?:ROLLWARD_|DATABASE_URL$|VALKEY_URL$|PG[A-Z]+$|NODE_|AKIA[A-Z0-9]{16}$|ASIA[A-Z0-9]{16}$)/;

function keyEnv(input: unknown): string | Refusal {
  if (typeof input !== "string" || !ENV_NAME.test(input)) {
    return new Refusal(
      "expected the name of an environment variable, not the key itself",
      "write the name alone, in capitals, for example OPENAI_API_KEY; set the variable where the server runs",
    );
  }
  if (OWN_SECRETS.test(input))
    return new Refusal("this variable is not for providers", "keep the provider's key in a variable of its own");
  return input;
}

/** The name of one environment variable. */
export const envNameLeaf = () => leaf<string>({ json: { type: "string", pattern: ENV_NAME.source }, read: keyEnv });

const MAX_KEYS = 64;

/** The name of an environment variable, or a list of them. The value is never shown: it may be a key. */
export const keyEnvsLeaf = () =>
  leaf<readonly string[]>({
    json: { type: ["string", "array"], pattern: ENV_NAME.source, items: { type: "string", pattern: ENV_NAME.source } },
    read: (input) => {
      const given: readonly unknown[] = Array.isArray(input) ? input : [input];
      if (given.length === 0 || given.length > MAX_KEYS)
        return new Refusal(`expected 1 to ${MAX_KEYS} names of environment variables`, "write at least one");
      const read = given.map(keyEnv);
      const refusal = read.find((one) => one instanceof Refusal);
      if (refusal !== undefined) return refusal;
      const names = read.filter((one) => typeof one === "string");
      return new Set(names).size === names.length
        ? names
        : new Refusal("the same environment variable is here twice", "name each key once");
    },
  });

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\x20-\x7e]{1,1000}$/;

// Set by us or by the connection, or a way to send a credential around `key_env`.
const REFUSED_HEADERS =
  /^(?:authorization|proxy-.*|x-api-key|api-key|.*-api-key|.*-token|cookie|host|connection|content-.*|transfer-encoding|te|trailer|upgrade|expect|keep-alive|accept-encoding|x-rollward-.*|x-forwarded-.*|forwarded)$/;

const CREDENTIALS =
  "name the variable that holds the key in `key_env`; the connection's own headers are set by Rollward";

function headerRefusal(name: string, value: unknown): Refusal | null {
  const lower = name.toLowerCase();
  if (!TOKEN.test(name))
    return new Refusal(`${shown(name)} is not the name of a header`, "use letters, digits and hyphens", name);
  if (REFUSED_HEADERS.test(lower))
    return new Refusal(`the header ${shown(name)} cannot be set here`, CREDENTIALS, name);
  if (typeof value !== "string" || !HEADER_VALUE.test(value)) {
    return new Refusal(
      `the header ${shown(name)} needs a text of printable ASCII characters`,
      "put the value in quotes",
      name,
    );
  }
  return looksSecret(value)
    ? new Refusal(`the value of the header ${shown(name)} looks like a secret`, CREDENTIALS, name)
    : null;
}

/** Constant headers with lower-case names. Values are never shown. */
export const headersLeaf = () =>
  leaf<Readonly<Record<string, string>>>({
    json: { type: "object", additionalProperties: { type: "string" } },
    read: (input) => {
      if (typeof input !== "object" || input === null || Array.isArray(input)) {
        return new Refusal("expected headers", "write each header as `Name: value` on its own line");
      }
      const entries = Object.entries(input);
      const seen = new Set<string>();
      const refusals = entries.flatMap(([name, value]) => {
        const lower = name.toLowerCase();
        if (seen.has(lower))
          return [new Refusal(`the header ${shown(name)} is here twice`, "keep one of the two", name)];
        seen.add(lower);
        return headerRefusal(name, value) ?? [];
      });
      return refusals.length > 0
        ? refusals
        : Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
    },
  });

const MAX_SEED = 4_294_967_295;

/** A seed of the simulated provider. */
export const seedLeaf = () => number({ min: 0, max: MAX_SEED, integer: true });
