import { expect, test } from "vitest";
import { releaseOf } from "../../test/contracts/store-samples.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemoryPins } from "../adapters/pins/memory-pins.ts";
import type { Split } from "../domain/traffic/route.ts";
import { place } from "./place.ts";

const HOUR_MS = 60 * 60_000;

const splitOf = (rolloutId: string, weight: number): Split => ({
  rolloutId,
  candidate: releaseOf("bot", "b", { number: 2 }),
  weight,
  seed: "00".repeat(32),
  collecting: true,
});

/** One application that names its sessions by user and sends no earlier turns. */
function userLong(): { readonly clock: HandClock; readonly call: (split: Split | null) => string } {
  const clock = new HandClock();
  const pins = createMemoryPins(100, clock);
  const observer = { assigned: () => {} };
  const call = { key: null, arrival: { preview: null }, request: { body: {}, continues: false, variables: {} } };
  const route = {
    channel: { endpoint: "bot", environment: "production" },
    epoch: 1,
    stable: releaseOf("bot", "a"),
    draining: null,
  };
  return {
    clock,
    call: (split) => {
      const session = { id: "user-42", source: "header" } as const;
      const placing = { gateway: { pins, observer }, call, route: { ...route, split }, session, unit: "key/user-42" };
      const { arm, evidenceOf } = place(placing);
      return `${arm} ${evidenceOf}`;
    },
  };
}

test("a session that began outside stays there while it is seen every day", () => {
  const { clock, call } = userLong();
  call(null);
  for (let day = 0; day < 5; day += 1) {
    clock.advance(20 * HOUR_MS);
    expect(call(splitOf("rol_1", 1))).toBe("stable null");
  }
});

test("after a quiet day it begins anew: a lot is drawn for it", () => {
  const { clock, call } = userLong();
  call(null);
  clock.advance(25 * HOUR_MS);
  expect(call(splitOf("rol_1", 1))).toBe("candidate rol_1");
});

test("what a rollout in force drew has no end, and what an ended one drew ends after a quiet day", () => {
  const { clock, call } = userLong();
  expect(call(splitOf("rol_1", 0.000_001))).toBe("stable rol_1");
  clock.advance(72 * HOUR_MS);
  expect(call(splitOf("rol_1", 1))).toBe("stable rol_1");
  expect(call(splitOf("rol_2", 1))).toBe("stable null");
  clock.advance(25 * HOUR_MS);
  expect(call(splitOf("rol_3", 1))).toBe("candidate rol_3");
});
