import { expect, test } from "vitest";
import { callFacts } from "../../../../../test/fixtures/call-facts.ts";
import { writeFacts } from "../../../../domain/call/facts-text.ts";
import { compress } from "../compress.ts";
import { factLine } from "../fact-line.ts";
import { factsInPack } from "./facts-in-pack.ts";

const ONE = Buffer.concat(factLine(Buffer.from(writeFacts(callFacts({ id: `call_${"0".repeat(26)}` }))), null));

test("reads the calls of a whole pack with the numbers of their lines", async () => {
  const bytes = Buffer.concat([ONE, ONE]);
  const { facts, isDamaged } = await factsInPack(await compress(bytes), bytes.length);
  expect(facts.map(({ line }) => line)).toEqual([0, 1]);
  expect(isDamaged).toBe(false);
});

test("leaves out a line that cannot be read, and says so", async () => {
  const bytes = Buffer.concat([ONE, Buffer.from("{half a line\n"), ONE]);
  const { facts, isDamaged } = await factsInPack(await compress(bytes), bytes.length);
  expect(facts.map(({ line }) => line)).toEqual([0, 2]);
  expect(isDamaged).toBe(true);
});

test("has nothing of a pack that cannot be unpacked, and says so", async () => {
  expect(await factsInPack(Buffer.from("no compressed bytes"), 100)).toEqual({ facts: [], isDamaged: true });
});
