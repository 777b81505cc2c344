import { generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { expect, test } from "vitest";
import { readServiceAccount } from "./read-service-account.ts";

const pemOf = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
const RSA = pemOf(generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey);
const EC = pemOf(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);

const read = (key: string): string =>
  readServiceAccount(
    { provider: "vertex", variable: "KEY_FILE" },
    JSON.stringify({ client_email: "a@b", private_key: key, token_uri: "https://example.com/token" }),
  ).email;

test.each([
  ["no PEM", "secret-words"],
  ["a PEM whose lines were joined by an environment file", RSA.replaceAll("\n", "\\n")],
  ["a key that signs in another way", EC],
])("a private key that cannot sign is told at the start: %s", (_, key) => {
  expect(() => read(key)).toThrow(/KEY_FILE .*: `private_key` is not an RSA key in PEM/u);
  expect(() => read(key)).not.toThrow(/secret|BEGIN/u);
});

test("one that can is taken", () => {
  expect(read(RSA)).toBe("a@b");
});
