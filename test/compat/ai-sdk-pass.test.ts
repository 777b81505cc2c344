import { createOpenAI } from "@ai-sdk/openai";
import type { OpenAIProvider } from "@ai-sdk/openai";
import { generateImage, generateSpeech, transcribe } from "ai";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SPEECH, startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let platform: OpenAiPlatform;
let server: RunningServer;
let openai: OpenAIProvider;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  server = await startServer({
    "rollward.yaml": `providers:
  vendor:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    models: { m-1: { price: { input: 1, output: 2 } } }
endpoints: {}
aliases: { gpt-image-2: vendor/m-1, tts-1: vendor/m-1, whisper-1: vendor/m-1 }
`,
  });
  openai = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY });
});

afterAll(async () => {
  await server.stop();
  await platform.close();
});

test("the AI SDK makes images, speaks and hears through Rollward", async () => {
  const { image } = await generateImage({ model: openai.image("gpt-image-2"), prompt: "An otter" });
  expect(image.base64).toBe("aGk=");
  const { audio } = await generateSpeech({ model: openai.speech("tts-1"), text: "Hello" });
  expect(Buffer.from(audio.uint8Array).equals(SPEECH)).toBe(true);
  const { text } = await transcribe({ model: openai.transcription("whisper-1"), audio: audio.uint8Array });
  expect(text).toBe("Hello.");
  expect(platform.last().body.includes(SPEECH)).toBe(true);
});
