import { expect, test } from "vitest";
import { ask, questionFor } from "./conversing-subject.ts";
import { text, user, vendorSender } from "./vendor-sender.ts";

const { open, put, sent } = vendorSender();

const image = (url: string) => ({ type: "image", url, detail: null }) as const;

test.each([
  ["bedrock", ["https://example.com/a.png"]],
  ["bedrock", ["s3://pictures/a"]],
  ["bedrock", ["s3://pictures/a.bmp"]],
  ["gemini", ["http://example.com/a.png"]],
  ["gemini", ["https://example.com/a.gif"]],
  ["gemini", ["https://example.com/a"]],
  ["gemini", ["https://youtu.be/a1"]],
  ["gemini", ["https://example.com/a.png", "https://example.com/b"]],
  ["gemini", ["a.png"]],
  ["cohere", ["s3://pictures/a.png"]],
] as const)("an image by an address that %s does not take is refused by name, %s", async (name, addresses) => {
  const { log, upstream } = await put(name, { messages: [user(...addresses.map(image))] });
  expect(log.error).toMatchObject({ code: "untranslatable", details: { field: "image_url.url", provider: name } });
  expect(upstream.requests).toHaveLength(0);
});

test.each([
  ["https://example.com/a.PNG?size=2", "image/png"],
  ["https://example.com/b/a.b.jpg#top", "image/jpeg"],
  ["https://example.com/a.webp", "image/webp"],
])("reaches Gemini with an image that it fetches itself, %s", async (address, mimeType) => {
  const body = await sent("gemini", { messages: [user(text("See?"), image(address))] });
  expect(body["contents"]).toEqual([
    { role: "user", parts: [{ text: "See?" }, { fileData: { mimeType, fileUri: address } }] },
  ]);
});

test("reaches an older Gemini with its own files alone", async () => {
  const { provider, upstream } = await open("gemini");
  const asked = (url: string) =>
    ask(provider, questionFor("gemini-2.0-flash", false, { messages: [user(image(url))] }));
  expect((await asked("https://example.com/a.png")).error).toMatchObject({ details: { field: "image_url.url" } });
  expect(upstream.requests).toHaveLength(0);
  expect((await asked(`${upstream.origin}/v1beta/files/a.png`)).error).toBeNull();
  expect(upstream.requests).toHaveLength(1);
});

test("reaches Bedrock with an image of the client's own store", async () => {
  const body = await sent("bedrock", { messages: [user(text("See?"), image("s3://pictures/a.png"))] });
  expect(body["messages"]).toEqual([
    {
      role: "user",
      content: [{ text: "See?" }, { image: { format: "png", source: { s3Location: { uri: "s3://pictures/a.png" } } } }],
    },
  ]);
});

test.each(["https://example.com/a", "http://example.com/a.gif"])(
  "reaches Cohere with an image by any address, %s",
  async (address) => {
    const body = await sent("cohere", { messages: [user(text("See?"), image(address))] });
    expect(body["messages"]).toMatchObject([
      { role: "user", content: [{ type: "text" }, { type: "image_url", image_url: { url: address } }] },
    ]);
  },
);
