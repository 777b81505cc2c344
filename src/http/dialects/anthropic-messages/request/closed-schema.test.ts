import { expect, it } from "vitest";
import { closedSchema } from "./closed-schema.ts";

it("closes objects with declared properties, wherever they stand, and leaves what says otherwise", () => {
  const point = { type: "object", properties: { x: { type: "number" } } };
  const closed = { ...point, additionalProperties: false };
  expect(closedSchema(point)).toEqual(closed);
  expect(closedSchema({ type: "array", items: point })).toEqual({ type: "array", items: closed });
  expect(closedSchema({ anyOf: [point, { type: "null" }], $defs: { point } })).toEqual({
    anyOf: [closed, { type: "null" }],
    $defs: { point: closed },
  });
  const open = { ...point, additionalProperties: true };
  expect(closedSchema(open)).toEqual(open);
  expect(closedSchema({ type: "object" })).toEqual({ type: "object" });
});

it("takes properties that are named like keywords", () => {
  const schema = {
    type: "object",
    properties: { properties: { type: "string" }, items: { type: "array", items: {} } },
  };
  expect(closedSchema(schema)).toEqual({ ...schema, additionalProperties: false });
});
