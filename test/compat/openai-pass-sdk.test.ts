import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOCUMENTS, FILE_CONTENT, IMAGE_EVENTS, SPEECH, startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let platform: OpenAiPlatform;
let server: RunningServer;
let client: OpenAI;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  const price = "{ price: { input: 1, output: 2 } }";
  server = await startServer({
    "rollward.yaml": `providers:
  vendor:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    speaks: [chat, responses]
    models: { image-1: ${price}, speech-1: ${price}, hear-1: ${price}, mod-1: ${price} }
endpoints:
  pictures:
    models: [vendor/image-1]
    parameters: { quality: high }
  moderations:
    models: [vendor/mod-1]
`,
  });
  const defaultHeaders = { "x-rollward-provider": "vendor" };
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0, defaultHeaders });
});

afterAll(async () => {
  await server.stop();
  await platform.close();
});

const upload = (): ReturnType<typeof toFile> =>
  toFile(Buffer.from([0, 255, 13, 10, 45, 45, 13, 10, 195, 40]), 'a "b".mp3', { type: "audio/mpeg" });

/** The bytes of one field of the form that arrived last. */
function fieldOf(name: string): string | null {
  const { body, headers } = platform.last();
  const text = body.toString("latin1");
  const boundary = String(headers["content-type"]).split("boundary=")[1] ?? "";
  const at = text.indexOf(`name="${name}"`);
  if (at < 0) return null;
  const start = text.indexOf("\r\n\r\n", at) + 4;
  return text.slice(start, text.indexOf(`\r\n--${boundary}`, start));
}

describe("the OpenAI SDK, unmodified, beside conversations", () => {
  test("makes an image by an endpoint, whose release sets what it sets", async () => {
    const image = await client.images.generate({ model: "pictures", prompt: "An otter" });
    expect(image.data?.[0]?.b64_json).toBe("aGk=");
    expect(image.usage?.output_tokens).toBe(9);
    const { url, body } = platform.last();
    expect(url).toBe("/v1/images/generations");
    expect(JSON.parse(body.toString())).toEqual({ model: "image-1", prompt: "An otter", quality: "high" });
  });

  test("gets a streamed image whose events are as large as images are", async () => {
    const events = [];
    const stream = await client.images.generate({ model: "vendor/image-1", prompt: "An otter", stream: true });
    for await (const event of stream) events.push(event.type);
    expect(events).toEqual(["image_generation.partial_image", "image_generation.completed"]);
    const raw = await fetch(`${server.url}/v1/images/generations`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: '{"model":"vendor/image-1","prompt":"An otter","stream":true}',
    });
    expect(await raw.text()).toBe(IMAGE_EVENTS.join(""));
  });

  test("edits an image with a form, in which only the model changes", async () => {
    const image = await client.images.edit({ model: "vendor/image-1", prompt: "A beret", image: await upload() });
    expect(image.data).toHaveLength(2);
    expect(fieldOf("model")).toBe("image-1");
    expect(fieldOf("prompt")).toBe("A beret");
    expect(fieldOf("image")).toBe(Buffer.from(await (await upload()).arrayBuffer()).toString("latin1"));
  });

  test("edits several images by an endpoint, whose parameters become fields", async () => {
    const images = [await upload(), await upload()];
    await client.images.edit({ model: "pictures", prompt: "A beret", image: images });
    expect(fieldOf("quality")).toBe("high");
    expect(fieldOf("model")).toBe("image-1");
  });

  test("hears speech to the byte, with its content type", async () => {
    const answer = await client.audio.speech.create({ model: "vendor/speech-1", voice: "alloy", input: "H\u00e9llo" });
    expect(Buffer.from(await answer.arrayBuffer()).equals(SPEECH)).toBe(true);
    expect(answer.headers.get("content-type")).toBe("audio/mpeg");
  });

  test("has sound written down and translated", async () => {
    const file = await upload();
    const heard = await client.audio.transcriptions.create({ model: "vendor/hear-1", file, language: "en" });
    expect(heard.text).toBe("Hello.");
    expect(fieldOf("model")).toBe("hear-1");
    expect(fieldOf("language")).toBe("en");
    const translated = await client.audio.translations.create({ model: "vendor/hear-1", file });
    expect(translated.text).toBe("Hello.");
  });

  test("moderates, also without naming a model", async () => {
    const named = await client.moderations.create({ model: "vendor/mod-1", input: "Hi" });
    expect(named.results[0]?.flagged).toBe(false);
    await client.moderations.create({ input: "Hi" });
    expect(JSON.parse(platform.last().body.toString())).toEqual({ model: "mod-1", input: "Hi" });
  });

  test("goes on with a response of a provider that takes responses itself", async () => {
    const first = await client.responses.create({ model: "vendor/mod-1", input: "Hi" });
    expect(first.output_text).toBe("Hi");
    const next = await client.responses.create({
      model: "vendor/mod-1",
      input: "And?",
      previous_response_id: first.id,
    });
    expect(next.output_text).toBe("Hi");
    expect(JSON.parse(platform.last().body.toString())).toMatchObject({
      input: [{ role: "user" }, { role: "assistant" }, {}],
    });
    expect(await client.responses.retrieve(first.id)).toMatchObject({ status: "completed", output_text: "Hi" });
    const items: unknown[] = [];
    for await (const item of client.responses.inputItems.list(next.id, { limit: 1, order: "asc" })) items.push(item);
    expect(items).toHaveLength(3);
  });

  test("keeps files at the provider it names", async () => {
    const file = await client.files.create({ file: await upload(), purpose: "assistants" });
    expect(file.id).toBe("file-abc");
    expect(fieldOf("purpose")).toBe("assistants");
    const listed = await client.files.list({ limit: 2, order: "asc" });
    expect(listed.data).toHaveLength(1);
    expect(platform.last().url).toBe("/v1/files?limit=2&order=asc");
    expect(await client.files.retrieve("file-abc")).toMatchObject(JSON.parse(DOCUMENTS.file) as object);
    const content = await client.files.content("file-abc");
    expect(Buffer.from(await content.arrayBuffer()).equals(FILE_CONTENT)).toBe(true);
    expect(await client.files.delete("file-abc")).toMatchObject({ deleted: true });
    await expect(client.files.retrieve("file-other")).rejects.toMatchObject({ status: 404, param: "id" });
  });
});
