import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explainRollout } from "../../src/domain/rollout/explain.ts";
import { appendFacts, replay, verifyLog } from "../../src/domain/rollout/log.ts";
import type { Actor, Rollout, RolloutEvent, RolloutFact } from "../../src/domain/rollout/rollout.ts";

/** One decision of a story: facts in, and what they add up to. */
interface Entry {
  readonly at: number;
  readonly actor: Actor;
  readonly reason: string;
  readonly facts: readonly RolloutFact[];
  /** What a reader should see afterwards. */
  readonly then: Partial<Rollout>;
  readonly explained: string;
}

/** A file of `rollout/`: add a file and it is a test. */
interface Story {
  readonly title: string;
  readonly log: readonly Entry[];
  /** The snapshot at the end, without what merely repeats the log (plan, seed, evidence, hashes). */
  readonly state: Partial<Rollout>;
}

const FOLDER = new URL("rollout/", import.meta.url);
const STORIES = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".json"))
  .map((file) => [file, JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")) as Story] as const);

describe("the golden stories of a rollout", () => {
  it("are there to be read", () => {
    expect(STORIES.length).toBeGreaterThanOrEqual(4);
  });

  it.each(STORIES)("%s adds up to the state it tells", (_, { log, state }) => {
    let rollout: Rollout | null = null;
    const events: RolloutEvent[] = [];
    for (const { at, actor, reason, facts, then, explained } of log) {
      const next = appendFacts(rollout, facts, { rolloutId: "rol_1", at, actor, reason });
      rollout = next.rollout;
      events.push(...next.events);
      expect(rollout).toMatchObject(then);
      expect(explainRollout(rollout)).toBe(explained);
    }
    if (rollout === null) throw new Error("A story has a log.");
    const { plan, planDigest, seed, channel, reading, lastHash, ...rest } = rollout;
    expect(rest).toEqual(state);
    expect(log[0]?.facts[0]).toMatchObject({ plan, planDigest, seed, channel });
    const snapshots = log.flatMap(({ facts }) => facts).filter((fact) => fact.type === "EvidenceSnapshot");
    expect(reading).toEqual(snapshots.at(-1)?.reading ?? null);
    expect(lastHash).toBe(events.at(-1)?.hash);
    expect(verifyLog(events)).toEqual({ ok: true });
    expect(replay(events)).toEqual(rollout);
  });
});
