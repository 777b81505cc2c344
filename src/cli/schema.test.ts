import { expect, test } from "vitest";
import { configJsonSchema } from "../config/json-schema.ts";
import { runCli } from "./run-cli.ts";

test("prints the schema that this version reads rollward.yaml by, without a server", async () => {
  let out = "";
  expect(await runCli(["schema"], {}, (text) => void (out += text))).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
});
