import { describe, expect, test } from "vitest";
import { ADA, incidentOf, logOf, NIGHT, OPENED } from "../../../test/fixtures/incident-samples.ts";
import type { Told } from "../../../test/fixtures/incident-samples.ts";
import type { Change } from "../changes/change.ts";
import { likelyCause } from "./likely-cause.ts";
import { timelineOf } from "./timeline-of.ts";
import { writePostmortem } from "./write-postmortem.ts";

const MINUTE = 60_000;
const SECOND = 1_000;

const changeOf = (overrides: Partial<Change>): Change => ({
  id: "rol_1:4",
  at: NIGHT - 3 * MINUTE,
  kind: "rollout",
  weight: "info",
  environment: "production",
  endpoint: "support-bot",
  by: null,
  line: "support-bot@42: Step 3: 25 % of new sessions, epoch 7.",
  rollout: "rol_1",
  moves: { from: "support-bot@41", to: "support-bot@42", isBack: false },
  ...overrides,
});

const STEP = changeOf({});
const APPLY = changeOf({
  id: "apply",
  kind: "project",
  endpoint: null,
  at: NIGHT - 50 * MINUTE,
  line: "The project was applied: limits.rates",
});
const ELSEWHERE = changeOf({ id: "other", endpoint: "faq", at: NIGHT - MINUTE, line: "faq@3: Started." });

const TOLD: readonly Told[] = [
  [OPENED, 2 * MINUTE],
  [{ type: "Acknowledged" }, 4 * MINUTE, ADA],
  [{ type: "RoleGiven", role: "lead", who: "Ada" }, 4 * MINUTE, ADA],
  [{ type: "Noted", text: "rolled | back *by* hand", at: NIGHT + 6 * MINUTE }, 9 * MINUTE, ADA],
  [{ type: "Updated", body: "Some answers fail.", isPublic: true }, 7 * MINUTE, ADA],
  [{ type: "AlertEnded", key: "f00d:1", endedAt: NIGHT + 15 * MINUTE }, 16 * MINUTE],
  [{ type: "StateChanged", state: "resolved" }, 20 * MINUTE, ADA],
  [
    { type: "FindingsWritten", findings: { rootCauses: ["The prompt lost a variable."], byLuck: ["It was night."] } },
    30 * MINUTE,
    ADA,
  ],
  [
    {
      type: "ActionAdded",
      action: { id: "act_1", text: "Test refunds", owner: "Grace", due: "2026-12-01", doneAt: null, call: "call_1" },
    },
    31 * MINUTE,
    ADA,
  ],
];
const LOG = logOf(TOLD);
const INCIDENT = incidentOf(LOG);
const REACH = { calls: 1_200, failed: 73, users: { count: 41, isAtLeast: false }, costPico: 4_200_000_000_000n };

describe("the likeliest cause", () => {
  test("is near in time, about the same endpoint, and of a kind that causes trouble", () => {
    const trouble = { startedAt: NIGHT, endpoints: ["support-bot"] };
    expect(likelyCause([APPLY, ELSEWHERE, STEP], trouble)).toBe(STEP);
    expect(likelyCause([APPLY, ELSEWHERE], trouble)).toBe(APPLY);
    expect(likelyCause([ELSEWHERE], trouble)).toBeNull();
    expect(
      likelyCause([changeOf({ at: NIGHT + 10 * MINUTE }), changeOf({ at: NIGHT - 61 * MINUTE })], trouble),
    ).toBeNull();
    expect(likelyCause([changeOf({ weight: "ok" })], trouble)).toBeNull();
  });
});

describe("the timeline", () => {
  test("is made from the log, the alerts and what changed meanwhile, in order of time", () => {
    const lines = timelineOf(INCIDENT, LOG, [STEP, ELSEWHERE, changeOf({ id: "a", kind: "alert" })]);
    expect(lines.map(({ source, line, by }) => [source, line.slice(0, 40), by])).toEqual([
      ["rollout", "support-bot@42: Step 3: 25 % of new sess", null],
      ["incident", "Incident opened by rollward: Errors of s", null],
      ["alert", "Alert errors: Errors of support-bot are ", null],
      ["incident", "Ada has taken it on.", "Ada"],
      ["incident", "Ada is lead.", "Ada"],
      ["note", "rolled | back *by* hand", "Ada"],
      ["update", "Told the public: Some answers fail.", "Ada"],
      ["alert", "Alert errors is over.", null],
      ["incident", "State: resolved.", "Ada"],
    ]);
  });

  test("begins with the incident and the last few changes before it, without keys", () => {
    const before = Array.from({ length: 30 }, (_, index) =>
      changeOf({ id: `${index}`, at: NIGHT - (index + 1) * SECOND, line: `Change ${index}` }),
    );
    const key = changeOf({ id: "key_1:created", kind: "key", endpoint: null, at: NIGHT - 500, line: "A key" });
    const lines = timelineOf(INCIDENT, LOG, [...before, key]).filter(({ at }) => at < NIGHT);
    expect(lines.map(({ line }) => line)).toEqual([4, 3, 2, 1, 0].map((index) => `Change ${index}`));
  });

  test("shows what was before without alarm, and what was done with its weight; calls that are well again have a line", () => {
    const before = changeOf({ id: "back", weight: "critical", line: "faq@3: Rolled back." });
    const heavy = changeOf({ id: "harm", weight: "critical", at: NIGHT + MINUTE });
    const cure = { at: NIGHT + 2 * MINUTE, line: "The project was applied", by: "Ada", rollout: null };
    const log = logOf([
      [OPENED, 2 * MINUTE],
      [{ type: "Recovered", recovery: { at: NIGHT + 3 * MINUTE, cure } }, 7 * MINUTE],
      [{ type: "Relapsed" }, 9 * MINUTE],
    ]);
    const lines = timelineOf(incidentOf(log), log, [before, heavy]);
    expect(lines.filter(({ source }) => source === "rollout").map(({ weight }) => weight)).toEqual([
      "info",
      "critical",
    ]);
    expect(lines.slice(-2)).toMatchObject([
      {
        at: NIGHT + 3 * MINUTE,
        weight: "ok",
        line: expect.stringContaining("Probably mended by: The project") as string,
      },
      { at: NIGHT + 9 * MINUTE, weight: "warning", line: "Calls fail again." },
    ]);
  });

  test("keeps the heaviest of very many lines", () => {
    const many = Array.from({ length: 900 }, (_, index) => changeOf({ id: `${index}`, at: NIGHT + index }));
    const heavy = changeOf({ id: "harm", weight: "critical", at: NIGHT + 5_000 });
    const lines = timelineOf(INCIDENT, LOG, [...many, heavy]);
    expect(lines).toHaveLength(400);
    expect(lines.some(({ weight, source }) => weight === "critical" && source === "rollout")).toBe(true);
  });
});

describe("the draft of a post-mortem", () => {
  const draft = writePostmortem({
    incident: INCIDENT,
    timeline: timelineOf(INCIDENT, LOG, [STEP]),
    reach: REACH,
    cause: STEP,
    recovered: {
      at: NIGHT + 14 * MINUTE,
      cure: { at: NIGHT + 13 * MINUTE, line: "The project was applied: providers.sim", by: "Ada", rollout: null },
    },
    now: NIGHT + 60 * MINUTE,
  });

  test("has every section, filled from records or left to people", async () => {
    await expect(draft).toMatchFileSnapshot("../../../test/golden/report/postmortem.md");
    const sections = draft.split("\n").filter((line) => line.startsWith("## "));
    expect(sections).toEqual([
      "## Impact",
      "## Timeline",
      "## Trigger",
      "## Mended",
      "## Root causes",
      "## Detection",
      "## What went well",
      "## What went badly",
      "## Where we were lucky",
      "## Action items",
    ]);
  });

  test("says no data where there is none, and keeps text of people text", () => {
    const nothing = { calls: null, failed: null, users: null, costPico: null };
    const other = writePostmortem({
      incident: INCIDENT,
      timeline: [],
      reach: nothing,
      cause: null,
      recovered: null,
      now: NIGHT,
    });
    expect(other).toContain("- Calls that failed: no data of no data");
    expect(other).toContain("Nothing changed in the hour before, as far as is recorded.");
    expect(other).toContain("## Mended\n\n_To be written._");
    expect(draft).toContain("rolled \\| back \\*by\\* hand");
  });
});
