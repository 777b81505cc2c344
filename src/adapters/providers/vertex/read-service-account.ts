import { createPrivateKey } from "node:crypto";
import { RollwardError } from "../../../domain/errors.ts";

/** What is needed of a service account's key file. */
export interface ServiceAccount {
  readonly email: string;
  /** PEM. */
  readonly privateKey: string;
  readonly privateKeyId: string | null;
  readonly tokenUri: string;
}

/** Where a key file was found, for what is said of it. */
export interface KeyFilePlace {
  readonly provider: string;
  /** The variable that names the file or holds it. */
  readonly variable: string;
}

/** Reads a service account's key file. Throws `provider_unusable`; nothing of the text is shown. */
export function readServiceAccount({ provider, variable }: KeyFilePlace, text: string): ServiceAccount {
  const refuse = (why: string): RollwardError =>
    new RollwardError("provider_unusable", {
      provider,
      reason: `what the environment variable ${variable} names or holds is no service account's key file: ${why}`,
    });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw refuse("it is not JSON");
  }
  const record = typeof data === "object" && data !== null ? (data as Record<string, unknown>) : {};
  const { client_email: email, private_key: privateKey, private_key_id: id, token_uri: tokenUri } = record;
  if (typeof email !== "string" || typeof privateKey !== "string" || typeof tokenUri !== "string")
    throw refuse("`client_email`, `private_key` or `token_uri` is missing");
  if (!URL.canParse(tokenUri)) throw refuse("`token_uri` is not a URL");
  if (!isRsaKey(privateKey))
    throw refuse("`private_key` is not an RSA key in PEM, perhaps cut off or with line ends lost");
  return { email, privateKey, privateKeyId: typeof id === "string" ? id : null, tokenUri };
}

/** Signing would fail with the first call, and with every one. */
function isRsaKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "rsa";
  } catch {
    return false;
  }
}
