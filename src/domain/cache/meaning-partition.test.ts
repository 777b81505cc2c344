import { expect, test } from "vitest";
import { judgingRequest } from "../routing/judge-answer.ts";
import { meaningGroup, meaningPartition, meaningSeal } from "./meaning-partition.ts";

const REQUEST = judgingRequest("You help.", "How?");
const GROUP = {
  scope: "tenant acme",
  environment: "production",
  endpoint: "faq",
  releaseDigest: "a".repeat(64),
  embedder: "use-lite/512",
};
const PARTS = { group: meaningGroup(GROUP), labels: {}, numbers: [], request: REQUEST, context: [], user: null };

test("every part of a group makes another group", () => {
  const others = Object.keys(GROUP).map((part) => meaningGroup({ ...GROUP, [part]: "other" }));
  expect(new Set([meaningGroup(GROUP), ...others]).size).toBe(others.length + 1);
});

test("every parameter of a request makes another partition, and its question, user and metadata none", () => {
  const whole = meaningPartition(PARTS);
  const { messages: _messages, user: _user, metadata: _metadata, ...terms } = REQUEST;
  for (const member of Object.keys(terms)) {
    expect(meaningPartition({ ...PARTS, request: { ...REQUEST, [member]: "another" } })).not.toBe(whole);
  }
  const others = [
    { ...PARTS, group: "b" },
    { ...PARTS, labels: { plan: "gold" } },
    { ...PARTS, numbers: ["0.10000000000000000001"] },
    { ...PARTS, context: [{ role: "user" as const, content: [{ type: "text" as const, text: "Before." }] }] },
    { ...PARTS, user: "ada" },
  ].map(meaningPartition);
  expect(new Set([whole, ...others]).size).toBe(others.length + 1);
  const asked = judgingRequest("You help.", "Something else?");
  expect(meaningPartition({ ...PARTS, request: { ...asked, user: "grace", metadata: { a: 1 } } })).toBe(whole);
});

test("a seal fits one partition and one question", () => {
  const seals = [meaningSeal("a", "b"), meaningSeal("a", "c"), meaningSeal("b", "b")];
  expect(new Set(seals).size).toBe(3);
});
