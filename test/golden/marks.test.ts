import { readFileSync, readdirSync } from "node:fs";
import { expect, test } from "vitest";
import type { PrefixMark } from "../../src/domain/prompt-cache/prefix-outline.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";

const FOLDER = new URL("marks/", import.meta.url);

const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".request.json"))
  .map((file) => file.slice(0, -".request.json".length));

test.each(names)("a request is marked to the byte as written by hand, an hour for its fixed part: %s", (name) => {
  const bytes = readFileSync(new URL(`${name}.request.json`, FOLDER));
  const prefix = anthropicMessages.promptCaching?.prefix?.(bytes, { system: 0, messages: 0 });
  if (prefix === undefined) throw new Error("The dialect has prefixes.");
  const { ends } = prefix.outline;
  const last = ends.findLast(({ layer }) => layer === "turn");
  const marks = ends
    .filter((end) => end.layer !== "turn" || end === last)
    .map((end): PrefixMark => ({ end, ttl: end.layer === "turn" ? "5m" : "1h" }));
  expect(marks.every(({ end }) => end.markable)).toBe(true);
  expect(prefix.mark(marks).toString()).toBe(readFileSync(new URL(`${name}.marked.json`, FOLDER), "utf8"));
});
