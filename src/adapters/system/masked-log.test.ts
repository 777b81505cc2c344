import { expect, test } from "vitest";
import { callFacts } from "../../../test/fixtures/call-facts.ts";
import { createLogAnnouncer } from "./log-announcer.ts";
import { createMaskedLog } from "./masked-log.ts";

function openLog() {
  const lines: Record<string, unknown>[] = [];
  const log = createMaskedLog({ write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { log, lines };
}

const KEY = "sk-proj-0123456789abcdef0123";

test("masks secrets and personal data in words, fields and errors, and leaves amounts as they are", () => {
  const { log, lines } = openLog();
  const error = new Error(`Incorrect key ${KEY}`, { cause: new Error("for ada@example.com") });
  log.error(
    { err: error, told: { by: [`Bearer ${"x".repeat(20)}`] }, cost_pico: "4111111111111111", n: 3 },
    "While %s",
    KEY,
  );
  expect(JSON.stringify(lines)).not.toMatch(/sk-proj|ada@|xxxx/);
  expect(lines[0]).toMatchObject({
    msg: "While [secret]",
    cost_pico: "4111111111111111",
    n: 3,
    told: { by: ["Bearer [secret]"] },
    err: { type: "Error", message: "Incorrect key [secret]: for [email]" },
  });
});

test("cuts texts that are too long, and objects that are too deep", () => {
  const { log, lines } = openLog();
  let deep: unknown = KEY;
  for (let depth = 0; depth < 20; depth += 1) deep = { deep };
  log.info({ long: "a".repeat(10_000), deep }, "x");
  expect(String(lines[0]?.["long"])).toHaveLength(4_001);
  expect(JSON.stringify(lines[0])).not.toContain(KEY);
});

test("a line that belongs to a call names trace, call, endpoint, release and arm", () => {
  const { log, lines } = openLog();
  const announcer = createLogAnnouncer(log);
  const attempts = callFacts({}).attempts.map((attempt) => ({
    ...attempt,
    end: "failed" as const,
    error: { code: "provider_credentials" as const, message: `Incorrect API key provided: ${KEY}` },
  }));
  const facts = callFacts({ outcome: "failed", errorCode: "provider_credentials", status: 502, attempts });
  announcer.callEnded?.(facts, 7);
  expect(lines[0]).toMatchObject({
    level: 40,
    call: facts.id,
    trace: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    endpoint: "bot",
    environment: "production",
    release: "bot@1",
    arm: "stable",
    code: "provider_credentials",
    attempt_error: "Incorrect API key provided: [secret]",
    untold: 7,
    msg: "A call failed: provider_credentials.",
  });
  announcer.troubled("keeping an answer", new Error("no"), {
    call: "call_1",
    trace: "t",
    environment: "production",
    endpoint: "bot",
  });
  expect(lines[1]).toMatchObject({ level: 50, call: "call_1", trace: "t", endpoint: "bot" });
});
