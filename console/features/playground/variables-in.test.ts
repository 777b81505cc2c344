import { expect, test } from "vitest";
import { variablesIn } from "./variables-in.ts";

test("a line is a name and a value; the value may hold further signs", () => {
  expect(variablesIn("name = Ada\n\nformula=a = b ")).toEqual({ name: "Ada", formula: "a = b" });
});

test.for(["name", "= value", "a = 1\nb"])("%j is no list of variables", (text) => {
  expect(variablesIn(text)).toBeNull();
});
