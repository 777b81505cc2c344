import { expect, test } from "vitest";
import { ownText } from "./own-text.ts";

test.each(["", "session-0123456789", "caf\u00e9"])("%j is the same text", (text) => {
  expect(ownText(text)).toBe(text);
});
