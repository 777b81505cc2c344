import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { sha256Hex } from "./hash.ts";

/** A new private key for Ed25519 signatures (RFC 8032): PKCS #8 in base64. */
export const newSigningKey = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");

/** The public half of a private key: SPKI in base64. Throws on a text that is no such key. */
export const publicKeyOf = (privateKey: string): string =>
  createPublicKey(privateKeyFrom(privateKey)).export({ format: "der", type: "spki" }).toString("base64");

/** A name for a public key that people can compare: the first 16 bytes of its SHA-256 in hex digits. */
export const keyFingerprint = (publicKey: string): string => sha256Hex(Buffer.from(publicKey, "base64")).slice(0, 32);

/** The signature of a text in UTF-8, in base64. */
export const signText = (text: string, privateKey: string): string =>
  sign(null, Buffer.from(text), privateKeyFrom(privateKey)).toString("base64");

/** Whether a signature is that of the text under a public key; false for whatever is no key or no signature. */
export function isSignedBy(text: string, signature: string, publicKey: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, "base64"), format: "der", type: "spki" });
    return (
      key.asymmetricKeyType === "ed25519" && verify(null, Buffer.from(text), key, Buffer.from(signature, "base64"))
    );
  } catch {
    return false;
  }
}

const privateKeyFrom = (privateKey: string) =>
  createPrivateKey({ key: Buffer.from(privateKey, "base64"), format: "der", type: "pkcs8" });
