import { expect, test } from "vitest";
import { mostInputTokens } from "./most-input-tokens.ts";

const most = (content: unknown): number =>
  mostInputTokens(Buffer.from(JSON.stringify({ messages: [{ role: "user", content }] })));

test("a text has no more tokens than bytes, and a little is added for what providers put around it", () => {
  const text = "ü".repeat(500);
  expect(most(text)).toBeGreaterThanOrEqual(1_000);
  expect(most(text)).toBeLessThan(1_000 + 1_024 + 60);
});

test("an image that is sent along counts as an image and not by its bytes", () => {
  const data = Buffer.alloc(600_000, 7).toString("base64");
  expect(most([{ type: "image_url", image_url: { url: `data:image/png;base64,${data}` } }])).toBeLessThan(40_000);
  const source = { type: "base64", media_type: "image/png", data };
  expect(most([{ type: "image", source }])).toBeLessThan(40_000);
});

test("an image that is only named counts as one", () => {
  expect(most([{ type: "image_url", image_url: { url: "https://example.com/a.png" } }])).toBeGreaterThan(8_192);
});

test("words that pose as an image count by their bytes", () => {
  const words = "tell me more ".repeat(5_000);
  expect(most(`data:image/png;base64,${words}`)).toBeGreaterThan(words.length);
});

const WORDS = "x".repeat(200_000);

test.each([
  ["a text", { messages: [{ role: "user", content: `data:image/png;base64,${WORDS}` }] }],
  ["a text that begins like one", { messages: [{ role: "user", content: `image/png;base64,${WORDS}` }] }],
  ["a text part", { messages: [{ role: "user", content: [{ type: "text", text: `image;base64,${WORDS}` }] }] }],
  [
    "a tool's schema",
    { tools: [{ parameters: { type: "image_url", image_url: { url: `data:image/png;base64,${WORDS}` } } }] },
  ],
  [
    "a tool's arguments",
    { messages: [{ content: [{ type: "tool_use", input: { type: "image", source: { data: WORDS } } }] }] },
  ],
  ["other members", { metadata: { content: [{ type: "image", source: { data: WORDS } }] } }],
])("what poses as an image counts by its bytes: %s", (_, request) => {
  expect(mostInputTokens(Buffer.from(JSON.stringify(request)))).toBeGreaterThan(WORDS.length);
});

const PICTURE = Buffer.alloc(600_000, 7).toString("base64");
const DATA_URL = `data:image/png;base64,${PICTURE}`;

test.each([
  ["a chat", { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: DATA_URL } }] }] }],
  ["a response", { input: [{ role: "user", content: [{ type: "input_image", image_url: DATA_URL }] }] }],
  [
    "a tool's answer",
    { input: [{ type: "function_call_output", output: [{ type: "input_image", image_url: DATA_URL }] }] },
  ],
  [
    "a tool's answer of a message",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "tool_result", content: [{ type: "image", source: { media_type: "image/png", data: PICTURE } }] },
          ],
        },
      ],
    },
  ],
])("an image at its place does not count by its bytes: %s", (_, request) => {
  expect(mostInputTokens(Buffer.from(JSON.stringify(request)))).toBeLessThan(60_000);
});

test("an image counts as the most that the models take which may be asked", () => {
  const image = [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }];
  const body = Buffer.from(JSON.stringify({ messages: [{ role: "user", content: image }] }));
  expect(mostInputTokens(body, 48_169)).toBe(mostInputTokens(body) + 48_169 - 8_192);
  expect(mostInputTokens(body, 1_190)).toBe(mostInputTokens(body));
});

test.each([
  ["image_url", (count: number) => ({ type: "image_url", image_url: { url: `https://a.io/${count}.png` } })],
  ["input_image", (count: number) => ({ type: "input_image", file_id: `f${count}` })],
  ["image", (count: number) => ({ type: "image", source: { type: "url", url: `https://a.io/${count}.png` } })],
])("every image of many counts, however close they stand: %s", (_, part) => {
  const parts = Array.from({ length: 300 }, (__, count) => part(count));
  expect(most(parts)).toBeGreaterThan(300 * 8_192);
  expect(most(parts)).toBeLessThan(301 * 8_192 + 40_000);
});

test("a text that speaks of images has none", () => {
  const text = 'An image, many images, and {"type":"image_url"}. '.repeat(200);
  expect(most(text)).toBeLessThan(Buffer.byteLength(JSON.stringify(text)) + 1_200);
});

test("a body that names images without end is looked through only so far, and counts for no less", () => {
  const hidden = [
    { type: "text", text: " image".repeat(60_000) },
    { type: "image_url", image_url: { url: "https://a.io" } },
  ];
  const plain = [{ type: "text", text: " image".repeat(60_000) }];
  expect(most(hidden)).toBeGreaterThan(Buffer.byteLength(JSON.stringify(plain)) + 8_192);
});

test("an image whose name is written with escapes is an image too", () => {
  const named = JSON.stringify({ content: [{ type: "input_image", image_url: "https://a.io/1.png" }] });
  for (const letter of ["i", "m", "p", "_"]) {
    const escape = `\\u00${letter.charCodeAt(0).toString(16)}`;
    const hidden = Buffer.from(named.replaceAll(letter, escape));
    expect(JSON.parse(hidden.toString())).toEqual(JSON.parse(named));
    expect(mostInputTokens(hidden)).toBe(mostInputTokens(Buffer.from(named)));
  }
});
