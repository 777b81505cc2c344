import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MOST_CHARACTERS } from "../../src/domain/call/call-text.ts";
import { callQuery } from "../../src/contract/call-query.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { startSupportServer } from "../fixtures/support-server.ts";
import { eventually } from "../fixtures/eventually.ts";

const DOCS = readFileSync(new URL("../../docs/calls.md", import.meta.url), "utf8");

/** The commands that the page shows and that end by themselves, as words. */
const COMMANDS = [...DOCS.matchAll(/^rollward ((?:calls|sessions) (?:list|show|diff)[^\n]*)$/gm)].map(
  ([, command = ""]) => [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? ""),
);

let server: RunningServer;
const ids: string[] = [];

beforeAll(async () => {
  server = await startSupportServer();
  for (const content of ["Where is my order?", "Thank you."]) {
    const response = await fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        "content-type": "application/json",
        "x-rollward-session": "conversation-7",
      },
      body: JSON.stringify({ model: "support", messages: [{ role: "user", content }] }),
    });
    await response.text();
    ids.push(response.headers.get("x-rollward-call") ?? "");
  }
  await eventually(async () => {
    const { code } = await runRollward(server, ["calls", "show", ids[1] ?? ""]);
    if (code !== 0) throw new Error("It is not recorded yet.");
  });
});
afterAll(() => server.stop());

test("there are commands in docs/calls.md to run", () => {
  expect(COMMANDS.length).toBeGreaterThan(7);
});

test.each(COMMANDS)("%s %s … runs as docs/calls.md shows it", async (...words) => {
  const own = words.map((word) =>
    word
      .replace("call_01jd0000000000000000000000", ids[0] ?? "")
      .replace("call_01jd0000000000000000000001", ids[1] ?? ""),
  );
  const { code, text } = await runRollward(server, own);
  expect(code, text).toBe(0);
});

test("the table of docs/calls.md has every filter of the address, and no other", () => {
  const [, table = ""] = /\| option \| address \| meaning \|\n\|[-|]+\n([^]*?)\n\n/.exec(DOCS) ?? [];
  const named = table.split("\n").flatMap((row) => {
    const [, option = "", address = ""] = row.split("|");
    const cell = address.trim() === "the same" ? option : address;
    return [...cell.matchAll(/`(?:--)?([a-z_-]+)`/g)].map(([, name = ""]) => name);
  });
  const left = ["dialect", "stream"];
  expect([...named, ...left].toSorted()).toEqual(Object.keys(callQuery.shape).toSorted());
});

test("docs/calls.md says how much of a conversation is searched", () => {
  expect(DOCS).toContain(`up to ${MOST_CHARACTERS.toLocaleString("en")} characters of each`);
});
