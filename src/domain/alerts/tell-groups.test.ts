import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert, AlertTransition } from "./alert.ts";
import type { AlertRouting } from "./alert-settings.ts";
import { emptyDesk } from "./desk.ts";
import type { AlertDesk } from "./desk.ts";
import type { Severity } from "./alert-rule.ts";
import type { Silence } from "./silence.ts";
import { OUTSIDE_RULE, tellGroups } from "./tell-groups.ts";
import type { GroupMessage, TellTerms } from "./tell-groups.ts";

const routing: AlertRouting = {
  notify: { critical: ["pager", "chat"], warning: ["chat"], info: [] },
  escalation: { afterMs: 100_000, to: ["boss"] },
  groupWaitMs: 10_000,
};

const termsAt = (now: number, overrides: Partial<TellTerms> = {}): TellTerms => ({
  now,
  routing,
  silences: [],
  renotifyMs: () => null,
  firing: new Map(),
  ...overrides,
});

let seq = 0;

interface Change {
  readonly rule?: string;
  readonly endpoint?: string | null;
  readonly severity?: Severity;
  readonly episode?: number;
}

const change = (to: "firing" | "resolved", at: number, given: Change = {}): AlertTransition => {
  const { rule = "errors", endpoint = "bot", severity = "critical", episode = 1 } = given;
  seq += 1;
  return {
    seq,
    fingerprint: `${rule} ${endpoint ?? ""}`,
    rule,
    environment: "production",
    endpoint,
    labels: { alertname: rule, ...(endpoint !== null && { endpoint }) },
    version: 1,
    severity,
    from: to === "firing" ? "pending" : "firing",
    to,
    at,
    startedAt: at,
    episode,
    reading: null,
    summary: `${rule} is bad.`,
    runbook: null,
  };
};

const desk = (): AlertDesk => emptyDesk("production");

/** Messages as `notifier reason` with the alerts in them. */
const said = (messages: readonly GroupMessage[]): string[] =>
  messages.map(
    ({ notifier, telling }) =>
      `${notifier} ${telling.reason} ${telling.alerts.map(({ labels, status }) => `${labels["alertname"]}:${status}`).join(",")}`,
  );

describe("who is told", () => {
  test("hears of several alerts of one endpoint in one message, each by its severity", () => {
    const first = tellGroups(desk(), [change("firing", 0)], termsAt(0));
    expect(first.messages).toEqual([]);
    const slow = change("firing", 5_000, { rule: "slow", severity: "warning" });
    const second = tellGroups(first.desk, [slow], termsAt(5_000));
    const { messages } = tellGroups(second.desk, [], termsAt(10_000));
    expect(said(messages)).toEqual(["pager fired errors:firing", "chat fired errors:firing,slow:firing"]);
    expect(new Set(messages.map(({ telling }) => telling.dedupKey)).size).toBe(1);
  });

  test("hears that a part is over, and that all is", () => {
    let state = tellGroups(desk(), [change("firing", 0), change("firing", 0, { rule: "slow" })], termsAt(0)).desk;
    state = tellGroups(state, [], termsAt(10_000)).desk;
    state = tellGroups(state, [change("resolved", 20_000)], termsAt(20_000)).desk;
    const partly = tellGroups(state, [], termsAt(30_000));
    expect(said(partly.messages)).toEqual([
      "pager changed slow:firing,errors:resolved",
      "chat changed slow:firing,errors:resolved",
    ]);
    state = tellGroups(partly.desk, [change("resolved", 40_000, { rule: "slow" })], termsAt(40_000)).desk;
    const whole = tellGroups(state, [], termsAt(50_000));
    expect(said(whole.messages)).toEqual(["pager resolved slow:resolved", "chat resolved slow:resolved"]);
    expect(whole.desk.groups).toEqual([]);
  });

  test("hears of what is over already as fired and then as over", () => {
    const { messages } = tellGroups(
      desk(),
      [change("firing", 0), change("resolved", 1)],
      termsAt(0, { routing: { ...routing, groupWaitMs: 0 } }),
    );
    expect(said(messages)).toEqual([
      "pager fired errors:firing",
      "pager resolved errors:resolved",
      "chat fired errors:firing",
      "chat resolved errors:resolved",
    ]);
  });

  test("hears of each time that something fired, also when nobody could be told in between", () => {
    const all = [change("firing", 0), change("resolved", 1), change("firing", 2, { episode: 2 })];
    const { messages, desk: after } = tellGroups(desk(), all, termsAt(0));
    expect(said(messages).filter((each) => each.startsWith("pager"))).toEqual([
      "pager fired errors:firing",
      "pager resolved errors:resolved",
    ]);
    const later = tellGroups(after, [], termsAt(10_000));
    expect(said(later.messages)).toEqual(["pager fired errors:firing", "chat fired errors:firing"]);
    expect(later.messages[0]?.telling.dedupKey).not.toBe(messages[0]?.telling.dedupKey);
  });

  test("hears nothing of what is silenced, until the silence is over and it still fires", () => {
    const silence: Silence = {
      id: "sil_1",
      environment: "production",
      matchers: [{ label: "endpoint", op: "is", value: "bot" }],
      startsAt: 0,
      endsAt: 60_000,
      reason: "Known.",
      by: "Ada",
      endedAt: null,
    };
    const given = { silences: [silence] };
    let state = tellGroups(
      desk(),
      [change("firing", 0), change("firing", 0, { rule: "slow" })],
      termsAt(0, given),
    ).desk;
    const quiet = tellGroups(state, [change("resolved", 11_000, { rule: "slow" })], termsAt(11_000, given));
    expect(quiet.messages).toEqual([]);
    state = tellGroups(quiet.desk, [], termsAt(30_000, given)).desk;
    expect(said(tellGroups(state, [], termsAt(60_000, given)).messages)).toEqual([
      "pager fired errors:firing",
      "chat fired errors:firing",
    ]);
  });

  test("hears that something is over also when it was silenced meanwhile", () => {
    const state = tellGroups(tellGroups(desk(), [change("firing", 0)], termsAt(0)).desk, [], termsAt(10_000)).desk;
    const everything: Silence = {
      id: "s",
      environment: "production",
      matchers: [{ label: "endpoint", op: "like", value: "*" }],
      startsAt: 0,
      endsAt: 1e9,
      reason: "",
      by: "",
      endedAt: null,
    };
    const { desk: next } = tellGroups(state, [change("resolved", 20_000)], termsAt(20_000, { silences: [everything] }));
    const { messages } = tellGroups(next, [], termsAt(30_000, { silences: [everything] }));
    expect(said(messages)).toEqual(["pager resolved errors:resolved", "chat resolved errors:resolved"]);
  });

  test("includes others when nobody acknowledges in time, and they hear the end too", () => {
    let state = tellGroups(tellGroups(desk(), [change("firing", 0)], termsAt(0)).desk, [], termsAt(10_000)).desk;
    expect(tellGroups(state, [], termsAt(109_999)).messages).toEqual([]);
    const late = tellGroups(state, [], termsAt(110_000));
    expect(said(late.messages)).toEqual(["boss escalated errors:firing"]);
    state = late.desk;
    expect(tellGroups(state, [], termsAt(900_000)).messages).toEqual([]);
    state = tellGroups(state, [change("resolved", 900_000)], termsAt(900_000)).desk;
    expect(said(tellGroups(state, [], termsAt(910_000)).messages)).toContain("boss resolved errors:resolved");
  });

  test("hears who has seen it, and then nobody further", () => {
    const state = tellGroups(tellGroups(desk(), [change("firing", 0)], termsAt(0)).desk, [], termsAt(10_000)).desk;
    const acknowledged: Pick<Alert, "episode" | "acknowledged"> = {
      episode: 1,
      acknowledged: { at: 5, by: "Ada", note: null },
    };
    const firing = new Map([["errors bot", acknowledged]]);
    const seen = tellGroups(state, [], termsAt(20_000, { firing, renotifyMs: () => 1 }));
    expect(said(seen.messages)).toEqual(["pager acknowledged errors:firing", "chat acknowledged errors:firing"]);
    expect(tellGroups(seen.desk, [], termsAt(1e9, { firing })).messages).toEqual([]);
  });

  test("is told again as often as the rule says, while nothing changes", () => {
    const again = { renotifyMs: () => 50_000, routing: { ...routing, escalation: null } };
    let state = tellGroups(
      tellGroups(desk(), [change("firing", 0)], termsAt(0, again)).desk,
      [],
      termsAt(10_000, again),
    ).desk;
    expect(tellGroups(state, [], termsAt(59_999, again)).messages).toEqual([]);
    const first = tellGroups(state, [], termsAt(60_000, again));
    expect(said(first.messages)).toEqual(["pager renotified errors:firing", "chat renotified errors:firing"]);
    state = first.desk;
    expect(tellGroups(state, [], termsAt(60_001, again)).messages).toEqual([]);
  });

  test("hears nothing of what other systems told", () => {
    const { messages } = tellGroups(desk(), [change("firing", 0, { rule: OUTSIDE_RULE })], termsAt(1e6));
    expect(messages).toEqual([]);
  });

  test("is told of every time that something fired before its end, once, in order, however it is cut into looks", () => {
    const story = fc.array(
      fc.record({
        rule: fc.constantFrom("a", "b", "c"),
        endpoint: fc.constantFrom("bot", null),
        waitMs: fc.integer({ min: 0, max: 30_000 }),
        isLook: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(story, (steps) => {
        const episodes = new Map<string, number>();
        const firing = new Set<string>();
        let [now, state, fresh] = [0, desk(), [] as AlertTransition[]];
        const messages: GroupMessage[] = [];
        const listen = (): void => {
          const told = tellGroups(state, fresh, termsAt(now, { routing: { ...routing, escalation: null } }));
          // A server that dies here does the same again; one that was slower is refused its version.
          expect(tellGroups(state, fresh, termsAt(now, { routing: { ...routing, escalation: null } }))).toEqual(told);
          [state, fresh] = [told.desk, []];
          messages.push(...told.messages);
        };
        let fired = 0;
        for (const { rule, endpoint, waitMs, isLook } of steps) {
          now += waitMs;
          const key = `${rule} ${endpoint ?? ""}`;
          if (firing.delete(key))
            fresh.push(change("resolved", now, { rule, endpoint, episode: episodes.get(key) ?? 1 }));
          else {
            fired += 1;
            firing.add(key);
            episodes.set(key, (episodes.get(key) ?? 0) + 1);
            fresh.push(change("firing", now, { rule, endpoint, episode: episodes.get(key) ?? 1 }));
          }
          if (isLook) listen();
        }
        for (let round = 0; round < 4; round += 1) {
          now += 20_000;
          listen();
        }
        // What one receiver believes after each message.
        const known = new Map<string, string>();
        let heard = 0;
        for (const { telling } of messages.filter(({ notifier }) => notifier === "pager")) {
          for (const { fingerprint, status } of telling.alerts) {
            if (status === "firing" && known.get(fingerprint) !== "firing") heard += 1;
            known.set(fingerprint, status);
          }
        }
        expect(heard).toBe(fired);
        expect(
          [...known]
            .filter(([, status]) => status === "firing")
            .map(([key]) => key)
            .toSorted(),
        ).toEqual([...firing].toSorted());
      }),
    );
  });
});
