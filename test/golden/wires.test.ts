import { describe, expect, it } from "vitest";
import { CLIENTS, VERTEX, WIRE_NAMES, dialectNamed, goldenNames, goldenText, gotFor, sentFor } from "./wire-answers.ts";

/**
 * `wires/README.md` says what the files are and where each comes from. A new request or answer needs one file for
 * each pair of a client's dialect and a provider's wire.
 */
const pairs = CLIENTS.flatMap((client) =>
  WIRE_NAMES.flatMap((wire) => (client === wire ? [] : [{ client, wire, pair: `${client}--${wire}` }])),
);

describe("the pairs of dialects and wires", () => {
  it("are all there, with answers streamed and whole", () => {
    expect(pairs).toHaveLength(21);
    for (const { pair, wire } of pairs) {
      expect(goldenNames(`${pair}/requests`).length).toBeGreaterThan(3);
      const answers = goldenNames(`${pair}/answers`);
      const streams = goldenNames(`providers/${wire}`).filter((file) => !file.endsWith(".json"));
      expect(answers.filter((file) => file.endsWith(".sse"))).toHaveLength(streams.length);
      expect(answers.filter((file) => file.endsWith(".json"))).toHaveLength(streams.length);
    }
  });
});

describe.each(pairs)("a client of $client at a provider of $wire", ({ client, wire, pair }) => {
  it.each(goldenNames(`clients/${client}`))("sends what was meant, or is told what cannot be: %s", async (name) => {
    const golden: unknown = JSON.parse(goldenText(`${pair}/requests/${name}`));
    expect(await sentFor(dialectNamed(client), wire, goldenText(`clients/${client}/${name}`))).toEqual(golden);
  });

  it.each(goldenNames(`providers/${wire}`))("gets the answer in its own words: %s", async (file) => {
    const answer = goldenText(`${pair}/answers/${file.replace(/\.jsonl$/, ".sse")}`);
    expect(await gotFor(dialectNamed(client), wire, file)).toBe(answer);
  });
});

interface VertexGolden {
  readonly path?: string;
  readonly body?: { readonly serviceTier?: string };
}

describe.each(CLIENTS)("a client of %s at Vertex", (client) => {
  it.each(goldenNames(`clients/${client}`))("is sent as to Gemini, at Google Cloud's address: %s", async (name) => {
    const golden = JSON.parse(goldenText(`${client}--gemini/requests/${name}`)) as VertexGolden;
    const path = golden.path?.replace("/v1beta/", "/v1/projects/p/locations/global/publishers/google/");
    const sent = await sentFor(dialectNamed(client), VERTEX, goldenText(`clients/${client}/${name}`));
    // Vertex knows no service tiers: the ordinary one asks for nothing there, and it may refuse another of several fields.
    if (path === undefined) return expect(sent).toMatchObject({ error: { code: "untranslatable" } });
    const { serviceTier, ...body } = golden.body ?? {};
    expect([undefined, "standard"]).toContain(serviceTier);
    expect(sent).toEqual({ ...golden, path, body });
  });

  it.each(goldenNames("providers/gemini"))("gets the answer as of Gemini: %s", async (file) => {
    const answer = goldenText(`${client}--gemini/answers/${file}`);
    expect(await gotFor(dialectNamed(client), VERTEX, file)).toBe(answer);
  });
});
