import { expect, test } from "vitest";
import { requestBar } from "./request-bar.ts";

const COLD = { temperature: 0, messages: [{ role: "user", content: "Hello" }] };

const bar = (body: object, sampled = false) => requestBar({ ...COLD, ...body }, { sampled });

test("a cold question may be answered from the cache", () => {
  expect(bar({})).toBeNull();
  expect(bar({ n: 1, logprobs: false, top_logprobs: 0, store: false, modalities: ["text"], audio: null })).toBeNull();
});

test("what is drawn needs the release's word; a request that names no temperature is drawn", () => {
  expect(bar({ temperature: 0.2 })).toBe("sampled");
  expect(bar({ temperature: null })).toBe("sampled");
  expect(bar({ temperature: 0.2 }, true)).toBeNull();
});

test("several choices, log-probabilities, sound and what a provider remembers are none of the cache's", () => {
  expect(bar({ n: 3 })).toBe("choices");
  expect(bar({ logprobs: true })).toBe("logprobs");
  expect(bar({ top_logprobs: 2 })).toBe("logprobs");
  expect(bar({ include: ["message.output_text.logprobs"] })).toBe("logprobs");
  expect(bar({ modalities: ["text", "audio"] })).toBe("audio");
  expect(bar({ audio: { voice: "x" } })).toBe("audio");
  expect(bar({ messages: [{ role: "user", content: [{ type: "input_audio" }] }] })).toBe("audio");
  for (const state of [{ store: true }, { background: true }, { conversation: "c" }, { prompt: { id: "p" } }]) {
    expect(bar(state)).toBe("state");
  }
  expect(bar({ previous_response_id: "resp_1" })).toBe("state");
  expect(bar({ container: "c_1" })).toBe("state");
});

test("a response that Rollward itself stores is one that may be kept as well", () => {
  expect(requestBar({ input: "Hello", store: true, temperature: 0 }, { sampled: false })).toBeNull();
});
