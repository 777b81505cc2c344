import { describe, expect, test } from "vitest";
import { claudeBody } from "./claude-body.ts";

const VERSION = '"anthropic_version":"vertex-2023-10-16"';
const of = (text: string, keepsModel = false) => {
  const { bytes, stream } = claudeBody(Buffer.from(text), keepsModel);
  return { text: bytes.toString(), stream };
};

describe("the body that Vertex takes", () => {
  test.each([
    ['{ "model" : "m" ,\n"n": 1.50 }', `{ ${VERSION} ,\n"n": 1.50 }`],
    ['{"n":1, "model":"m" }', `{"n":1, ${VERSION} }`],
    ['{"n":1}', `{${VERSION},"n":1}`],
    ["{ }", `{${VERSION} }`],
    ['{"anthropic_version":"own", "model":"m"}', '{"anthropic_version":"own"}'],
    ['{"model":"m" , "anthropic_version":"own"}', '{"anthropic_version":"own"}'],
    ['{"anthropic_version":"own"}', '{"anthropic_version":"own"}'],
    ['{"messages":[{"model":"m"}],"model":"m"}', `{"messages":[{"model":"m"}],${VERSION}}`],
  ])("is, of %s, as it was but for the model", (given, sent) => {
    expect(of(given).text).toBe(sent);
  });

  test("keeps the model where tokens are counted", () => {
    expect(of('{"model":"m","n":1}', true).text).toBe(`{${VERSION},"model":"m","n":1}`);
  });

  test.each([
    ['{"model":"m","stream": true}', true],
    ['{"model":"m","stream":false}', false],
    ['{"model":"m","a":{"stream":true}}', false],
    ['{"model":"m"}', false],
  ])("asks in %s for a stream: %s", (given, stream) => {
    expect(of(given).stream).toBe(stream);
  });
});
