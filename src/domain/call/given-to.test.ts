import { expect, test } from "vitest";
import { givenTo } from "./given-to.ts";
import { plainRequest } from "./plain-request.ts";

const THOUGHT = { type: "reasoning", text: "Hm.", origin: "google", signature: "s", data: null } as const;
const asked = {
  ...plainRequest([{ role: "assistant", content: [THOUGHT, { type: "text", text: "Hello." }] }], 0),
  user: "ada",
};

test("a provider with a place for all is given the request as it is", () => {
  const given = givenTo(asked, { reasons: "google", user: true });
  expect(given.request).toBe(asked);
  expect(given.leftOut).toEqual([]);
});

test("a provider that cannot be told who the user is is not told, and that is said", () => {
  const { request, leftOut } = givenTo(asked, { reasons: "google", user: false });
  expect([request, leftOut]).toEqual([{ ...asked, user: null }, ["user"]]);
});

test("thoughts of others and the user are left out together", () => {
  const { request, leftOut } = givenTo(asked, { reasons: null, user: false });
  expect([request.user, JSON.stringify(request.messages).includes("Hm."), leftOut]).toEqual([
    null,
    false,
    ["reasoning", "user"],
  ]);
});

test("what was not there is not said to be left out", () => {
  const nobody = { ...asked, user: null };
  expect(givenTo(nobody, { reasons: "google", user: false })).toEqual({ request: nobody, leftOut: [] });
});
