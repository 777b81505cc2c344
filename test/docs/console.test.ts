import { afterAll, beforeAll, expect, test } from "vitest";
import { commandsOf, patternOf } from "../fixtures/console-page.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startServer({});
  const opened = await fetch(`${server.url}/api/console/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-rollward-console": "1", origin: server.url },
    body: JSON.stringify({ key: ADMIN_KEY }),
  });
  if (!opened.ok) throw new Error(await opened.text());
});
afterAll(() => server.stop());

test.each(commandsOf("console.md"))("the page shows what `rollward $args` writes", async ({ args, output }) => {
  const { code, text } = await runRollward(server, [...args]);
  expect(text).toMatch(patternOf(output));
  expect(code).toBe(0);
});

test("a session that is named is ended, and then there is nobody", async () => {
  const listed = await runRollward(server, ["console", "sessions", "--json"]);
  const [first] = JSON.parse(listed.text) as { id: string }[];
  const ended = await runRollward(server, ["console", "end", first?.id ?? ""]);
  expect(ended.text.trim()).toBe(`The session ${first?.id} has ended.`);
  expect((await runRollward(server, ["console", "sessions"])).text.trim()).toBe("Nobody is signed in to the console.");
});
