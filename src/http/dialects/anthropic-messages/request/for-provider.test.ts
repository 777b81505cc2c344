import { expect, test } from "vitest";
import { packOpaque } from "../../openai-responses/opaque-reasoning.ts";
import { forProvider } from "./for-provider.ts";

const FOREIGN = packOpaque({ signature: "R2VtaW5p", data: null, origin: "google" });

const body = (...blocks: readonly string[]): Buffer =>
  Buffer.from(
    `{"model":"m", "messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[${blocks.join(",")}]}],"x":1.0}`,
  );

const thinking = (signature: string): string => `{"type":"thinking","thinking":"Hm.","signature":"${signature}"}`;
const TOOL = '{"type":"tool_use","id":"a","name":"b","input":{"n":9007199254740993}}';

test("thinking that Anthropic signed goes on byte by byte", () => {
  const bytes = body(thinking("c2ln"), TOOL);
  expect(forProvider(bytes)).toBe(bytes);
});

test("thinking of another vendor's model is left out, and every number stays as it was", () => {
  const redacted = `{"type":"redacted_thinking","data":"${FOREIGN}"}`;
  const given = body(thinking(FOREIGN), redacted, thinking("c2ln"), TOOL);
  expect(forProvider(given).toString()).toBe(body(thinking("c2ln"), TOOL).toString());
});

test("a turn of nothing else goes altogether", () => {
  expect(forProvider(body(thinking(FOREIGN))).toString()).toBe(
    '{"model":"m", "messages":[{"role":"user","content":"Hi"}],"x":1.0}',
  );
});

test("a text that only speaks of it stays", () => {
  const bytes = body(`{"type":"text","text":"${FOREIGN}"}`);
  expect(forProvider(bytes)).toBe(bytes);
});
