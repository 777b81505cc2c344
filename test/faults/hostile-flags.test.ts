import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askOfrep } from "../fixtures/flag-project.ts";
import { modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const FLAGS = 10_000;

const FILES = ["flags/a.yaml", "flags/b.yaml", "flags/c.yaml"];

/** All but two of the flags, over three files: one would be too large to be read. */
const flagFiles = Object.fromEntries(
  FILES.map((name, file) => {
    const numbers = Array.from({ length: FLAGS - 2 }, (_, index) => index).filter(
      (index) => index % FILES.length === file,
    );
    return [name, `flags:\n${numbers.map((index) => `  f${index}: {default: off}`).join("\n")}\n`];
  }),
);

const PROJECT = {
  ...flagFiles,
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints: { support-bot: { models: [sim/good-2026-01-01] } }
segments:
  wild: { any: [{ attribute: a.b.c, matches: "(x+x+)+y" }, { attribute: __proto__, exists: true }, { attribute: constructor.name, exists: true }] }
flag_files: [${FILES.join(", ")}]
flags:
  wild: { default: off, rules: [{ name: w, when: { segment: wild }, serve: on }, { name: half, percentage: 50%, serve: on }] }
  open: { default: off, rules: [{ name: any, when: { attribute: list, contains: [needle] }, serve: on }] }
`,
};

let server: RunningServer;

beforeAll(async () => {
  server = await startServer(PROJECT);
});

afterAll(() => server.stop());

const flag = "wild";

describe("hostile questions about flags", () => {
  test("any JSON object is a context: it has an answer, or is told what is wrong", async () => {
    const name = fc.oneof(
      fc.constantFrom("targetingKey", "a", "a.b.c", "constructor", "toString", "session"),
      fc.string(),
    );
    const context = fc.dictionary(name, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(context, async (given) => {
        const { status, body } = await askOfrep(server, { flag, body: { context: given } });
        expect([200, 400]).toContain(status);
        const codes = ["TARGETING_KEY_MISSING", "INVALID_CONTEXT", "PARSE_ERROR"];
        if (status === 400) expect(codes).toContain((body as { errorCode: string }).errorCode);
        else expect((body as { value: unknown }).value).toBeTypeOf("boolean");
      }),
      { numRuns: 200 },
    );
  });

  test("bodies that mean nothing, or two things, are refused in the protocol's form", async () => {
    const deep = `{"context":${"[".repeat(70)}${"]".repeat(70)}}`;
    const bodies = [
      "",
      " ",
      "null",
      "[]",
      "{",
      '{"context":}',
      '{"context":{"a":1e999}}',
      deep,
      '{"context":{"a":1},"context":{}}',
    ];
    for (const body of bodies) {
      expect(await askOfrep(server, { flag, body })).toMatchObject({
        status: 400,
        body: { key: flag, errorCode: "PARSE_ERROR" },
      });
    }
    const texts = { headers: { "content-type": "text/plain" } };
    expect(await askOfrep(server, { flag, ...texts })).toMatchObject({
      status: 415,
      body: { key: flag, errorCode: "GENERAL" },
    });
    expect((await fetch(`${server.url}/ofrep/v1/evaluate/flags/${flag}`)).status).toBe(404);
  });

  test("names of flags are names and nothing else", async () => {
    for (const name of [
      "constructor",
      "__proto__",
      "toString",
      "%00",
      "..%2f..%2fetc",
      "%E2%98%83",
      "endpoint.",
      "endpoint.__proto__",
    ]) {
      expect(await askOfrep(server, { flag: name })).toMatchObject({
        status: 404,
        body: { errorCode: "FLAG_NOT_FOUND" },
      });
    }
    expect((await askOfrep(server, { flag: "a/b" })).status).toBe(404);
    for (const name of ["%zz", "x".repeat(500)]) {
      expect(await askOfrep(server, { flag: name })).toMatchObject({ status: 400, body: { errorCode: "GENERAL" } });
    }
  });

  test("a pattern that would backtrack for ever elsewhere, and huge lists, take no time", async () => {
    const context = {
      targetingKey: "ada",
      a: { b: { c: "x".repeat(512) } },
      list: Array.from({ length: 8_000 }, () => "hay"),
    };
    const before = process.threadCpuUsage();
    expect((await askOfrep(server, { flag, body: { context } })).status).toBe(200);
    expect((await askOfrep(server, { flag: "open", body: { context } })).body).toMatchObject({ value: false });
    const { user, system } = process.threadCpuUsage(before);
    // Time of the processor, because a busy machine makes all else late.
    expect((user + system) / 1_000).toBeLessThan(5_000);
  });

  test("ten thousand flags at once come whole, and others are answered meanwhile", async () => {
    const bulk = askOfrep(server);
    const beside = await askOfrep(server, { flag: "open" });
    expect(beside.status).toBe(200);
    const { status, body, headers } = await bulk;
    expect(status).toBe(200);
    expect((body as { flags: readonly unknown[] }).flags).toHaveLength(FLAGS + 1);
    const again = await askOfrep(server, { headers: { "if-none-match": headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
    const { body: listed } = await server.ask("GET", "/api/flags");
    expect((listed as { data: readonly unknown[] }).data).toHaveLength(FLAGS);
  });
});
