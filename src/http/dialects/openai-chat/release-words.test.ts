import { describe, expect, it } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { spliceJson } from "../../../kit/json-splice.ts";
import type { ReleaseParts } from "../../../ports/dialect.ts";
import { readRequest } from "./read-request.ts";
import { releaseWords } from "./release-words.ts";

const NOTHING: ReleaseParts = { release: "bot@7", parameters: {}, tools: [] };
const LOOKUP = { name: "lookup", description: "Finds.", parameters: { type: "object" }, strict: null };

function edited(own: Partial<ReleaseParts>, body: string, said: readonly string[] = []): string {
  const request = readRequest(Buffer.from(body));
  const messages = said.map((content) => ({ role: "system", content }) as const);
  return spliceJson(request.bytes, releaseWords({ ...NOTHING, ...own }).edits(request, messages)).toString();
}

const BODY = '{ "model":"bot", "messages" : [{"role":"user","content":"caf\\u00e9"}], "x": 1.50}';

describe("what a release puts into a request", () => {
  it("is nothing when it has nothing, and every byte stays", () => {
    expect(edited({}, BODY)).toBe(BODY);
  });

  it("comes before the request's own messages and tools, and every other byte stays", () => {
    const body = '{"model":"bot","messages":[ {"role":"user","content":"Hi"}],"tools":[ {"type":"function"} ]}';
    expect(edited({ tools: [LOOKUP] }, body, ["Be kind.", "Be brief."])).toBe(
      '{"model":"bot","messages":[{"role":"system","content":"Be kind."},{"role":"system","content":"Be brief."}, {"role":"user","content":"Hi"}],' +
        '"tools":[{"type":"function","function":{"name":"lookup","description":"Finds.","parameters":{"type":"object"}}}, {"type":"function"} ]}',
    );
  });

  it("takes the place of the request's own parameters, a limit by its other name too", () => {
    const body = '{"max_tokens":5,"model":"bot","messages":[{"role":"user","content":"Hi"}],"temperature":1}';
    const own = { parameters: { max_completion_tokens: 9, temperature: 0 } };
    expect(JSON.parse(edited(own, body))).toEqual({
      max_completion_tokens: 9,
      model: "bot",
      messages: [{ role: "user", content: "Hi" }],
      temperature: 0,
    });
    expect(releaseWords({ ...NOTHING, ...own }).sets).toEqual(["max_completion_tokens", "temperature", "max_tokens"]);
  });

  it("does not stand beside a tool of the same name", () => {
    const body = '{"model":"bot","messages":[{"role":"user","content":"Hi"}],"tools":[{"function":{"name":"lookup"}}]}';
    expect(() => edited({ tools: [LOOKUP] }, body)).toThrow(RollwardError);
  });

  it("leaves out what speaks to Rollward", () => {
    const body = '{"metadata":{"a":"b"},"model":"bot","variables":{},"messages":[{"role":"user","content":"Hi"}]}';
    expect(edited({}, body)).toBe('{"model":"bot","messages":[{"role":"user","content":"Hi"}]}');
  });
});
