import { LineCounter } from "yaml";
import { describe, expect, test } from "vitest";
import { MAX_FILE_LENGTH } from "../content/file-text.ts";
import { loadProject } from "../load.ts";
import { MAX_LEXEMES, readTokens } from "./read-tokens.ts";

/** A piece repeated to the largest file. */
const filled = (piece: string, before = "", after = ""): string =>
  before + piece.repeat(Math.floor((MAX_FILE_LENGTH - before.length - after.length) / piece.length)) + after;

/** Each took from half a second to several seconds, or a gigabyte, before reading was bounded. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ["open brackets", filled("[")],
  ["open braces", filled("{")],
  ["closing braces", filled("}")],
  ["closing brackets, a line each", filled("]\n")],
  ["brackets on lines of their own", filled("[\n")],
  ["lists in lists", filled("- ")],
  ["maps in lists", filled("a: [\n")],
  ["deeper maps without end", filled("[a: ")],
  ["anchors", filled("&a ")],
  ["empty anchors", filled("&\n")],
  ["aliases", filled("- *a\n", "a: &a 1\n")],
  ["aliases of nothing", filled("*a\n")],
  ["commas", filled(",", "[", "]")],
  ["question marks", filled("? ", "{", "}")],
  ["tags", filled("!a ")],
  ["quotes", filled('"')],
  ["bad escapes", filled("\\x", 'a: "', '"')],
  ["documents", filled("---\n")],
  ["directives", filled("%YAML\n")],
  ["empty lines", filled("\n")],
  ["sections with the same name", filled("a:\n")],
  ["lists as keys", filled("[a]: 1\n")],
];

/** Processor time of one hostile file; a third of it was measured at most. */
const MAX_CPU_MS = 1_000;

describe("a hostile YAML file", () => {
  test.each(HOSTILE)("of %s is refused and costs little", (_, text) => {
    const before = process.cpuUsage();
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });
    const { user, system } = process.cpuUsage(before);
    expect(loaded.ok).toBe(false);
    expect((user + system) / 1_000).toBeLessThan(MAX_CPU_MS);
  });
});

describe("reading tokens", () => {
  const read = (text: string) => readTokens(text, new LineCounter());

  test("stops when a file has too many pieces", () => {
    const line = "- a\n";
    const pieces = 5;
    const most = Math.floor(MAX_LEXEMES / pieces) - 1;
    expect(read(line.repeat(most)).excess).toBeNull();
    expect(read(line.repeat(most + 3)).excess).toBe("length");
    expect(read(`a: "${"\\n".repeat(MAX_LEXEMES)}"`).excess).toBe("length");
  });

  test("stops at the depth that request bodies have too", () => {
    expect(read(`${"[".repeat(64)}${"]".repeat(64)}`).excess).toBeNull();
    expect(read("[".repeat(200)).excess).toBe("depth");
    expect(read(Array.from({ length: 200 }, (_, level) => `${" ".repeat(level)}a:`).join("\n")).excess).toBe("depth");
  });

  test("reads on after a few mistakes and not after a hundred", () => {
    expect(read("]\n".repeat(50)).tokens).toHaveLength(51);
    expect(read("]\n".repeat(5_000)).tokens.length).toBeLessThan(150);
  });
});
