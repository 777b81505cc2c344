import { expect, test } from "vitest";
import { createMemoryNoticeStore } from "../adapters/stores/memory/memory-notice-store.ts";
import { PLAN, openedRollout } from "../../test/fixtures/rollout-samples.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import type { PostAnswer } from "../ports/signed-post.ts";
import { sendDue } from "./send-notices.ts";

const WEBHOOK = { url: "https://hooks.example.com/x", secretEnv: "HOOK", allowPrivate: false };

async function told(
  answer: PostAnswer,
  looks: number,
): Promise<{ tries: number; givenUp: boolean; waits: readonly number[] }> {
  const clock = new HandClock();
  const notices = createMemoryNoticeStore(10);
  const notify = [{ name: "team", who: [], webhook: WEBHOOK, events: ["started" as const] }];
  const rollout = openedRollout({ ...PLAN, notify });
  const notice = { id: "ntc_1", rolloutId: rollout.id, name: "team", event: "started", body: {}, tries: 0 } as const;
  await notices.add({ ...notice, dueAt: clock.now(), sentAt: null, givenUpAt: null, trouble: null });
  const terms = {
    notices,
    rollouts: { byId: async () => rollout },
    post: async () => answer,
    clock,
    announcer: { decided() {}, troubled() {}, recovered() {} },
    random: () => 0.5,
    isLeader: () => true,
  };
  const waits: number[] = [];
  for (let look = 0; look < looks; look += 1) {
    await sendDue(terms);
    const [now] = await notices.of(rollout.id, 1);
    if (now === undefined || now.sentAt !== null || now.givenUpAt !== null) break;
    waits.push(now.dueAt - clock.now());
    clock.advance(now.dueAt - clock.now());
  }
  const [end] = await notices.of(rollout.id, 1);
  return { tries: end?.tries ?? 0, givenUp: end?.givenUpAt != null, waits };
}

test("tries again with growing waits, and gives up in the end", async () => {
  const { tries, givenUp, waits } = await told({ status: 500, text: "", isWhole: true }, 100);
  expect({ tries, givenUp }).toEqual({ tries: 20, givenUp: true });
  expect(waits.slice(0, 4)).toEqual([1_500, 3_000, 6_000, 12_000]);
  expect(Math.max(...waits)).toBe(450_000);
});

test("gives up at once what cannot help", async () => {
  expect(await told({ trouble: "the environment variable HOOK is not set", isFinal: true }, 5)).toMatchObject({
    tries: 1,
    givenUp: true,
  });
});

test("sends once what arrives", async () => {
  expect(await told({ status: 204, text: "", isWhole: true }, 5)).toEqual({ tries: 1, givenUp: false, waits: [] });
});
