import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RollwardError } from "../../src/domain/errors.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { DIALECTS } from "../../src/http/dialects/index.ts";
import { TranslatingReader } from "../../src/gateway/attempt/translating-reader.ts";
import type { Dialect, DialectName } from "../../src/ports/dialect.ts";

/**
 * `clients/<dialect>/` holds requests as clients send them, `providers/<dialect>/` streamed answers as providers
 * send them. For each pair, `<client>--<wire>/requests/` says what the provider is sent, or how that is refused,
 * and `answers/` the bytes that the client gets. A new request or answer needs one file for each pair.
 */
const FOLDER = new URL("wires/", import.meta.url);

const MODELS: Readonly<Partial<Record<DialectName, string>>> = {
  "openai-chat": "gpt-5",
  "openai-responses": "gpt-5",
  "anthropic-messages": "claude-sonnet-4-5",
};

const textOf = (path: string): string => readFileSync(new URL(path, FOLDER), "utf8");

const namesIn = (folder: string): readonly string[] => readdirSync(new URL(folder, FOLDER));

const pairs = namesIn("clients").flatMap((client) =>
  namesIn("providers").flatMap((wire) => (client === wire ? [] : [{ client, wire, pair: `${client}--${wire}` }])),
);

function dialectOf(name: string): Dialect {
  const dialect = DIALECTS.get(name as DialectName);
  if (dialect === undefined) throw new Error(`There is no dialect ${name}.`);
  return dialect;
}

/** What a provider of the dialect `wire` is sent, or the error that refuses it. */
function sent(client: Dialect, wire: Dialect, body: JsonObject): unknown {
  const model = MODELS[wire.name] ?? "model";
  try {
    const request = client.toCanonical(body, "other");
    const stream = body["stream"] === true;
    const bytes = wire.fromCanonical(request, { provider: "other", model, stream, reportsStreamUsage: true });
    return { body: JSON.parse(bytes.toString()) as JsonObject };
  } catch (error) {
    if (!(error instanceof RollwardError)) throw error;
    return { error: { code: error.code, field: error.details["field"] } };
  }
}

/** What the client gets of a provider's stream. */
function passed(client: Dialect, wire: Dialect, answer: string): string {
  const encoder = client.encoder({ stream: true, usageInStream: true }, "call_01", 1_700_000_000_000);
  const reader = new TranslatingReader(wire.eventReader(true), encoder);
  const bytes = Buffer.concat([reader.push(Buffer.from(answer)), reader.end()]);
  expect(reader.facts.fault).toBeNull();
  return bytes.toString();
}

describe("the pairs of dialects", () => {
  it("have a folder each", () => {
    expect(pairs.length).toBeGreaterThan(1);
    for (const { pair } of pairs) expect(existsSync(new URL(`${pair}/`, FOLDER))).toBe(true);
  });
});

describe.each(pairs)("a client of $client at a provider of $wire", ({ client, wire, pair }) => {
  it.each(namesIn(`clients/${client}`))("sends what was meant, or is told what cannot be: %s", (name) => {
    const request = JSON.parse(textOf(`clients/${client}/${name}`)) as JsonObject;
    const golden: unknown = JSON.parse(textOf(`${pair}/requests/${name}`));
    expect(sent(dialectOf(client), dialectOf(wire), request)).toEqual(golden);
  });

  it.each(namesIn(`providers/${wire}`))("gets the answer in its own words: %s", (name) => {
    const answer = textOf(`providers/${wire}/${name}`);
    expect(passed(dialectOf(client), dialectOf(wire), answer)).toBe(textOf(`${pair}/answers/${name}`));
  });
});
