import { expect, test } from "vitest";
import { firstBrokenLink, NO_HASH, sealOf } from "./hash-chain.ts";
import type { Link } from "./hash-chain.ts";

function chainOf(...words: readonly string[]): readonly (Link & { readonly word: string })[] {
  const links: (Link & { readonly word: string })[] = [];
  for (const word of words) {
    const unsealed = { word, prevHash: links.at(-1)?.hash ?? NO_HASH, hash: "" };
    links.push({ ...unsealed, hash: sealOf(unsealed) });
  }
  return links;
}

test("an untouched chain holds, an empty one too", () => {
  expect(firstBrokenLink(chainOf("a", "b", "c"))).toBeNull();
  expect(firstBrokenLink([])).toBeNull();
});

test("a changed, missing or added link is found where it stands", () => {
  const chain = chainOf("a", "b", "c");
  expect(firstBrokenLink(chain.map((link, index) => (index === 1 ? { ...link, word: "x" } : link)))).toBe(1);
  expect(firstBrokenLink(chain.filter((_, index) => index !== 1))).toBe(1);
  expect(firstBrokenLink(chain.slice(1))).toBe(0);
  expect(firstBrokenLink([...chain, ...chainOf("d")])).toBe(3);
});
