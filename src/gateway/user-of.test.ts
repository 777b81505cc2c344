import { expect, test } from "vitest";
import { userOf } from "./user-of.ts";

test("the user that a call is counted for and recorded with is one and the same", () => {
  expect(userOf({ safety_identifier: "s-1", user: "u-1" })).toBe("s-1");
  expect(userOf({ user: "u-1", metadata: { user_id: "m-1" } })).toBe("u-1");
  expect(userOf({ metadata: { user_id: "m-1" } })).toBe("m-1");
});

test("what is no text names nobody", () => {
  expect(userOf({})).toBeNull();
  expect(userOf({ safety_identifier: null, user: 7, metadata: { user_id: [] } })).toBeNull();
  expect(userOf({ metadata: null })).toBeNull();
});
