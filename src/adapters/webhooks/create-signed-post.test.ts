import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createSignedPost } from "./create-signed-post.ts";

const TARGET = { url: "https://hooks.example.com/x", secretEnv: "HOOK", allowPrivate: false };

test.each(["whsec_", "whsec_!!!!!!!!!!!!!!!!!!!!!!!!", "whsec_c2hvcnQ=", "fifteen-letters"])(
  "signs nothing with %s, whose key anybody could guess",
  async (secret) => {
    const poster = createSignedPost({ clock: new HandClock(), environment: { HOOK: secret } });
    expect(await poster.post(TARGET, { id: "ntc_1", body: {} })).toEqual({
      trouble: "the secret in HOOK is too short: it takes 16 bytes or more",
      isFinal: true,
    });
    await poster.close();
  },
);

test("says which variable is missing", async () => {
  const poster = createSignedPost({ clock: new HandClock(), environment: { HOOK: "  " } });
  expect(await poster.post(TARGET, { id: "ntc_1", body: {} })).toMatchObject({
    trouble: expect.stringContaining("HOOK is not set") as string,
    isFinal: true,
  });
  await poster.close();
});
