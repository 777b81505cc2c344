import { pino } from "pino";
import { expect, test } from "vitest";
import type { AlertTransition } from "../../domain/alerts/alert.ts";
import { createLogAnnouncer } from "./log-announcer.ts";

const FIRING: AlertTransition = {
  seq: 1,
  version: 1,
  fingerprint: "0123456789abcdef",
  rule: "errors-many",
  environment: "production",
  endpoint: "bot",
  labels: {},
  severity: "critical",
  from: "pending",
  to: "firing",
  at: Date.UTC(2026, 10, 21),
  startedAt: null,
  episode: 1,
  reading: null,
  summary: "Errors of bot: 30 %.",
  runbook: null,
};

function linesOf(transitions: readonly AlertTransition[]): readonly unknown[] {
  const lines: unknown[] = [];
  const log = pino({ base: null }, { write: (text: string) => void lines.push(JSON.parse(text)) });
  const announcer = createLogAnnouncer(log);
  for (const each of transitions) announcer.alertChanged?.(each);
  return lines;
}

test("an alert is one line when it fires, as loud as it is bad, and one when it is over", () => {
  const fields = { alert: "errors-many", endpoint: "bot", environment: "production", episode: 1 };
  const over = { ...FIRING, from: "firing", to: "resolved", summary: "Over: Errors of bot: 30 %." } as const;
  expect(linesOf([FIRING, { ...FIRING, severity: "warning" }, { ...FIRING, severity: "info" }, over])).toMatchObject([
    { level: 40, ...fields, severity: "critical", msg: "The alert errors-many fires: Errors of bot: 30 %." },
    { level: 40, severity: "warning" },
    { level: 30, severity: "info" },
    {
      level: 30,
      ...fields,
      since: "2026-11-21T00:00:00.000Z",
      msg: "The alert errors-many is over: Errors of bot: 30 %.",
    },
  ]);
});

test("a release that an apply leaves out is a warning, with what it was rolled back for", () => {
  const lines: unknown[] = [];
  const log = pino({ base: null }, { write: (text: string) => void lines.push(JSON.parse(text)) });
  const how = 'was rolled back at 2026-11-22 00:40:45 UTC by Ada ("Answers look wrong.")';
  createLogAnnouncer(log).heldBack?.({ release: "bot@3", environment: "production", rollout: "rol_1", how });
  expect(lines).toMatchObject([
    {
      level: 40,
      release: "bot@3",
      environment: "production",
      rollout: "rol_1",
      msg: `bot@3 is held back: it ${how}. Nobody said to begin it again.`,
    },
  ]);
});
