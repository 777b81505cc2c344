import { afterEach, describe, expect, test } from "vitest";
import { StrategyStage, stageProject } from "../fixtures/strategy-stage.ts";
import type { Answered } from "../fixtures/strategy-stage.ts";

const CALM = "metrics: { errors: { no_worse: 2 }, latency: false, cost: false }, mode: observe";

/** An application that reads JSON cannot read text: a conversation does not fit the other release. */
const JSON_ANSWERS = "\n    parameters: { response_format: { type: json_object } }";

let stage: StrategyStage | null = null;

afterEach(async () => {
  await stage?.stop();
  stage = null;
});

async function start(rollout: string, more = ""): Promise<StrategyStage> {
  stage = await StrategyStage.start(stageProject("good-2026-01-01", rollout, more));
  return stage;
}

const candidate = (rollout: string): Record<string, string> => stageProject("same-2026-04-01", rollout);

const next = (stage: StrategyStage, session: string): Promise<Answered> => stage.ask({ session, continues: true });

describe("a promotion in mid-conversation", () => {
  const policy = (onPromotion: string): string =>
    `{ strategy: instant, ${CALM}, holdback: 0%, bake: 0s, sessions: { on_promotion: ${onPromotion}, drain: 5m } }`;

  test("leaves the session on the release that it began with, and says so", async () => {
    const stage = await start(policy("keep"));
    await stage.ask({ session: "old" });
    const id = await stage.apply(candidate(policy("keep")));
    await stage.waitUntil(id, ({ state }) => state === "draining");
    expect(await next(stage, "old")).toMatchObject({ release: "support-bot@1", placement: "draining" });
    expect(await stage.ask({ session: "new" })).toMatchObject({ release: "support-bot@2", placement: null });
  });

  test("moves it at its next turn where the plan says so", async () => {
    const stage = await start(policy("next_turn"));
    await stage.ask({ session: "old" });
    const id = await stage.apply(candidate(policy("next_turn")));
    await stage.waitUntil(id, ({ state }) => state === "draining");
    expect(await next(stage, "old")).toMatchObject({ release: "support-bot@2", placement: null });
  });

  test("does not move one that would not fit the other release before the drain ends", async () => {
    const stage = await start(policy("next_turn"), JSON_ANSWERS);
    await stage.ask({ session: "old" });
    const id = await stage.apply(candidate(policy("next_turn")));
    await stage.waitUntil(id, ({ state }) => state === "draining");
    expect(await next(stage, "old")).toMatchObject({ release: "support-bot@1", placement: "incompatible" });
    expect(await stage.placements("old", 2), "the record says so too").toContain("incompatible");
  });
});

describe("a withdrawal in mid-conversation", () => {
  const policy = (onRollback: string): string =>
    `{ steps: [50%, 100%], ${CALM}, sessions: { on_rollback: ${onRollback}, drain: 5m } }`;

  /** A rollout at 50 % that has been aborted, with a session that the candidate had. */
  async function withdrawn(
    onRollback: string,
    more = "",
  ): Promise<{ stage: StrategyStage; session: string; id: string }> {
    const stage = await start(policy(onRollback), more);
    const id = await stage.apply(candidate(policy(onRollback)));
    await stage.waitUntil(id, ({ activity }) => activity === "observing");
    let session = "";
    for (let tries = 0; session === "" && tries < 100; tries += 1) {
      const answer = await stage.ask({ session: `try-${tries}` });
      if (answer.arm === "candidate") session = `try-${tries}`;
    }
    expect(await stage.tell(id, "abort")).toMatchObject({ status: 200 });
    return { stage, session, id };
  }

  test("moves the session to stable at its next turn", async () => {
    const { stage, session, id } = await withdrawn("next_turn");
    expect(await next(stage, session)).toMatchObject({ release: "support-bot@1", placement: null });
    await stage.waitUntil(id, ({ state }) => state === "aborted");
  });

  test("lets it finish on the candidate while the drain lasts, and gives nobody else the candidate", async () => {
    const { stage, session, id } = await withdrawn("finish");
    await stage.waitUntil(id, ({ state }) => state === "aborting");
    expect(await next(stage, session)).toMatchObject({ release: "support-bot@2", placement: "draining" });
    const others = await stage.callNew(40);
    expect(others.every(({ release }) => release === "support-bot@1")).toBe(true);
    expect((await stage.look(id)).weight).toBe(0);
  });

  test("ends it with an error that says what to do", async () => {
    const { stage, session, id } = await withdrawn("terminate");
    await stage.waitUntil(id, ({ state }) => state === "aborting");
    expect(await next(stage, session)).toMatchObject({ status: 410, error: "session_ended" });
    expect(await stage.ask({ session: "new" })).toMatchObject({ release: "support-bot@1" });
  });

  test("keeps one that would not fit stable where it is until the drain ends", async () => {
    const { stage, session } = await withdrawn("next_turn", JSON_ANSWERS);
    expect(await next(stage, session)).toMatchObject({ release: "support-bot@2", placement: "incompatible" });
  });
});
