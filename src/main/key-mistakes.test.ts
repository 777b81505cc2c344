import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { generateKeyPairSync } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { keyMistakes, requireKeyFiles } from "./key-mistakes.ts";
import { loadProject } from "../config/load.ts";

const YAML = `environment: production
providers:
  google:
    kind: vertex
    project: my-project
    location: europe-west4
    credentials_env: SHOP_KEY_FILE
    models:
      claude-sonnet-4-5@20250929: { price: { input: 3, output: 15 } }
endpoints: {}
`;
const BUNDLE = { main: "rollward.yaml", files: new Map([["rollward.yaml", YAML]]) };

const dir = mkdtempSync(join(tmpdir(), "rollward-key-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2_048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const elliptic = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

const keyFile = (key: string): string =>
  JSON.stringify({ client_email: "robot@example.com", private_key: key, token_uri: "https://example.com/token" });

function written(name: string, text: string): string {
  const path = join(dir, name);
  writeFileSync(path, text);
  return path;
}

const found = (value: string) => keyMistakes(BUNDLE, null, { SHOP_KEY_FILE: value });

describe("keyMistakes", () => {
  it("is content with a good key file, by its path or by its text", async () => {
    expect(await found(written("good.json", keyFile(privateKey)))).toEqual([]);
    expect(await found(keyFile(privateKey))).toEqual([]);
  });

  it.each([
    [
      "a file that is not there",
      () => join(dir, "nowhere.json"),
      /SHOP_KEY_FILE names cannot be read: there is no such/,
    ],
    ["a directory", () => dir, /cannot be read: it is a directory/],
    ["no JSON", () => written("text", "hello"), /it is not JSON/],
    ["another kind of credentials", () => written("user", "{}"), /`client_email`, `private_key` or `token_uri` is/],
    [
      "a key that is cut off",
      () => written("cut", keyFile(privateKey.slice(0, 200))),
      /`private_key` is not an RSA key/,
    ],
    [
      "a key without its line ends",
      () => keyFile(privateKey.replaceAll("\n", "\\n")),
      /`private_key` is not an RSA key/,
    ],
    ["a key of another kind", () => keyFile(elliptic), /`private_key` is not an RSA key/],
  ])("tells %s at its place, and shows nothing of it", async (_, value, words) => {
    const given = value();
    const [first, ...more] = await found(given);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ file: "rollward.yaml", line: 7, message: expect.stringMatching(words) as unknown });
    expect(first?.message).not.toContain("PRIVATE KEY");
  });

  it("tells a variable that is not set once, as such", async () => {
    expect(await keyMistakes(BUNDLE, null, {})).toMatchObject([
      { message: expect.stringContaining("is not set") as unknown },
    ]);
  });
});

describe("requireKeyFiles", () => {
  it("refuses a project as a start would, and leaves a variable that is not set to others", async () => {
    const loaded = loadProject(BUNDLE);
    if (!loaded.ok) throw new Error("The project has mistakes.");
    await expect(requireKeyFiles(loaded.project, { SHOP_KEY_FILE: "/nowhere" })).rejects.toMatchObject({
      code: "provider_unusable",
    });
    await requireKeyFiles(loaded.project, {});
  });
});
