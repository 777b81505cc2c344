import { createHash, createHmac } from "node:crypto";
import type { AwsCredentials } from "./aws-credentials.ts";

/** A request to be signed. */
export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Who signs, for what, when. */
export interface SigningTerms {
  readonly credentials: AwsCredentials;
  readonly region: string;
  readonly service: string;
  /** Epoch milliseconds; AWS refuses what is more than five minutes off. */
  readonly nowMs: number;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");

const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** Everything but unreserved characters escaped (RFC 3986). */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** The path as AWS counts it: what is escaped already is escaped once more, except at S3. */
const canonicalPath = ({ pathname }: URL): string => pathname.split("/").map(escaped).join("/");

const canonicalQuery = ({ searchParams }: URL): string =>
  [...searchParams]
    .map(([name, value]) => [escaped(name), escaped(value)] as const)
    .toSorted(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

const compare = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Blanks at the ends are cut and runs of blanks inside are one. */
const canonicalValue = (value: string): string => value.trim().replace(/ +/g, " ");

/**
 * The headers that a request is sent with: those given, `x-amz-date`, the session token where there is one, and
 * `authorization`. AWS Signature Version 4 as AWS documents it for every service but S3.
 */
export function signV4(request: UnsignedRequest, terms: SigningTerms): Readonly<Record<string, string>> {
  const { credentials, region, service } = terms;
  const instant = new Date(terms.nowMs).toISOString().replace(/[:-]|\.\d{3}/g, "");
  const day = instant.slice(0, 8);
  const session = credentials.sessionToken;
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-date": instant,
    ...(session !== null && { "x-amz-security-token": session }),
  };
  const signed = Object.entries({ ...headers, host: request.url.host }).toSorted(([a], [b]) => compare(a, b));
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    canonicalPath(request.url),
    canonicalQuery(request.url),
    ...signed.map(([name, value]) => `${name}:${canonicalValue(value)}`),
    "",
    names,
    sha256(request.body),
  ].join("\n");
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = [ALGORITHM, instant, scope, sha256(canonical)].join("\n");
  const key = [region, service, "aws4_request"].reduce(hmac, hmac(`AWS4${credentials.secretAccessKey}`, day));
  const signature = hmac(key, text).toString("hex");
  const credential = `Credential=${credentials.accessKeyId}/${scope}`;
  return { ...headers, authorization: `${ALGORITHM} ${credential}, SignedHeaders=${names}, Signature=${signature}` };
}
