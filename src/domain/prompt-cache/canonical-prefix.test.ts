import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { CanonicalMessage, CanonicalRequest } from "../call/canonical.ts";
import { plainRequest } from "../call/plain-request.ts";
import { canonicalPrefix, markCanonical } from "./canonical-prefix.ts";

const TERMS = { own: { system: 0, messages: 0 }, marksTools: true };

const user = (text: string): CanonicalMessage => ({ role: "user", content: [{ type: "text", text }] });

const TOOL = { name: "a", description: null, parameters: { type: "object" }, strict: null };

const REQUEST: CanonicalRequest = {
  ...plainRequest([{ role: "system", text: "S" }, { role: "system", text: "T" }, user("One?")], 9),
  tools: [TOOL],
};

test("tools, the leading texts of the system and each message have an end", () => {
  const { ends } = canonicalPrefix(REQUEST, TERMS);
  expect(ends.map(({ layer, index }) => `${layer} ${index}`)).toEqual(["tools 0", "system 1", "turn 2"]);
});

test("marks become hints on the last tool, the last leading text and the last part", () => {
  const { ends } = canonicalPrefix(REQUEST, TERMS);
  const marked = markCanonical(
    REQUEST,
    ends.map((end) => ({ end, ttl: "5m" as const })),
  );
  expect(marked.tools).toEqual([{ ...TOOL, cache: "5m" }]);
  expect(marked.messages).toEqual([
    { role: "system", text: "S" },
    { role: "system", text: "T", cache: "5m" },
    { role: "user", content: [{ type: "text", text: "One?", cache: "5m" }] },
  ]);
});

test("hints of the client's are seen", () => {
  const hinted = { ...REQUEST, messages: [{ role: "system", text: "S", cache: "5m" } as const, user("One?")] };
  expect(canonicalPrefix(hinted, TERMS).hasMarks).toBe(true);
  expect(canonicalPrefix(REQUEST, TERMS).hasMarks).toBe(false);
});

test("a file counts little and its own bytes tell it from another", () => {
  const withFile = (data: string) =>
    canonicalPrefix(
      { ...REQUEST, messages: [{ role: "user", content: [{ type: "image-data", data, mediaType: "image/png" }] }] },
      TERMS,
    );
  const [one, other] = [withFile("A".repeat(9_000)), withFile("B".repeat(9_000))];
  expect(one.isText).toBe(false);
  expect(one.ends.at(-1)?.bytes).toBeLessThan(1_000);
  expect(one.ends.at(-1)?.digest).not.toBe(other.ends.at(-1)?.digest);
});

const text = fc.string({ maxLength: 8 });
const messages = fc.array(
  fc.oneof(
    text.map((words): CanonicalMessage => ({ role: "system", text: words })),
    fc.array(text, { maxLength: 3 }).map((parts): CanonicalMessage => ({
      role: "user",
      content: parts.map((each) => ({ type: "text", text: each })),
    })),
    text.map((words): CanonicalMessage => ({ role: "assistant", content: [{ type: "text", text: words }] })),
  ),
  { maxLength: 8 },
);

test("marks add hints and nothing else, and a beginning has the digest of its own request", () => {
  fc.assert(
    fc.property(messages, fc.nat(8), fc.nat(3), (all, cut, count) => {
      const request = plainRequest(all, 9);
      const own = { system: count, messages: count };
      const outline = canonicalPrefix(request, { own, marksTools: true });
      const marked = markCanonical(
        request,
        outline.ends.filter(({ markable }) => markable).map((end) => ({ end, ttl: "1h" as const })),
      );
      const plain: unknown = JSON.parse(
        JSON.stringify(marked, (key, value: unknown) => (key === "cache" ? undefined : value)),
      );
      expect(plain).toEqual(JSON.parse(JSON.stringify(request)));
      const isSame =
        all.slice(0, cut).some(({ role }) => role !== "system") || all.every(({ role }) => role === "system");
      fc.pre(isSame);
      const shorter = canonicalPrefix(plainRequest(all.slice(0, cut), 9), { own, marksTools: true });
      const turns = (ends: typeof outline.ends) =>
        ends.filter(({ layer }) => layer === "own" || layer === "turn").map(({ digest }) => digest);
      expect(turns(outline.ends).slice(0, turns(shorter.ends).length)).toEqual(turns(shorter.ends));
    }),
  );
});
