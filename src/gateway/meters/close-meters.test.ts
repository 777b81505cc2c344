import { expect, test } from "vitest";
import { isUnaffordable } from "./close-meters.ts";

test("a call that a stop of the server has ended says nothing of its release, and one that its provider cut does", () => {
  const of = (errorCode: Parameters<typeof isUnaffordable>[0]["errorCode"]): boolean => isUnaffordable({ errorCode });
  expect([of("server_stopped"), of("paused"), of("provider_cut"), of(null)]).toEqual([true, true, false, false]);
});
