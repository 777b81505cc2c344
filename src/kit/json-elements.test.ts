import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonElements } from "./json-elements.ts";
import { scanJsonObject } from "./json-scan.ts";

test("finds every element of an array, whatever is in it and however it is spaced", () => {
  const space = fc.constantFrom("", " ", "\n\t", "\r\n ");
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), space, fc.jsonValue(), (elements, gap, beside) => {
      const texts = elements.map((element) => JSON.stringify(element));
      const array = `[${gap}${texts.join(`${gap},${gap}`)}${gap}]`;
      const bytes = Buffer.from(`{"before":${JSON.stringify({ x: [beside] })},"list":${array}}`);
      let span;
      try {
        span = scanJsonObject(bytes).members.get("list")?.value;
      } catch {
        // A value that the strict scan refuses, such as a lone surrogate or a repeated key.
        return;
      }
      if (span === undefined) throw new Error("The list is there.");
      const found = jsonElements(bytes, span).map(({ start, end }) => bytes.subarray(start, end).toString());
      expect(found).toEqual(texts);
    }),
  );
});
