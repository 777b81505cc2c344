import { afterEach, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { askOfrep } from "../fixtures/flag-project.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import { startTwoEnvironments } from "../fixtures/two-environments.ts";
import type { TwoEnvironments } from "../fixtures/two-environments.ts";

let world: TwoEnvironments | null = null;

afterEach(async () => {
  await world?.stop();
  world = null;
});

const FLAGS = `flags:
  beta: { default: off, default_in: { staging: on }, rules: [{ name: here, when: { attribute: plan, equals: pro }, environments: [production], serve: on }] }`;

test("flags have their own defaults, rules, kill switches and counts in every environment", async () => {
  const there = await startTwoEnvironments({ everywhere: FLAGS });
  world = there;
  const { production, staging } = there.keys;
  const variantOf = async (key: string, context: object = {}): Promise<unknown> =>
    ((await askOfrep(there.server, { flag: "beta", key, body: { context } })).body as { readonly variant: string })
      .variant;
  expect([await variantOf(production), await variantOf(staging)]).toEqual(["off", "on"]);
  const pro = { plan: "pro" };
  expect([await variantOf(production, pro), await variantOf(staging, pro)]).toEqual(["on", "on"]);
  let said = "";
  const cli = (...args: readonly string[]): Promise<number> =>
    runCli(["--url", there.server.url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
      said += text;
    });
  expect(await cli("--environment", "staging", "flags", "kill", "beta", "--reason", "not yet")).toBe(0);
  expect([await variantOf(production, pro), await variantOf(staging, pro)]).toEqual(["on", "off"]);
  said = "";
  await cli("flags", "list");
  expect(said).not.toContain("killed");
  expect(said).toMatch(/beta +on its rules +1 +3 /);
  said = "";
  await cli("--environment", "staging", "flags", "show", "beta");
  expect(said).toContain("not yet");
  expect(said).toContain("(not in force now)");
});
