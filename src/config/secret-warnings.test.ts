import { expect, test } from "vitest";
import { loadProject } from "./load.ts";
import { secretWarnings } from "./secret-warnings.ts";

const MAIN = `environment: production
providers:
  up:
    kind: openai
    models: { m-2026-01-01: { price: { input: 1, output: 2 } } }
endpoints:
  faq:
    models: [up/m-2026-01-01]
notifiers:
  hook: { kind: webhook, url: "https://example.com/hook", secret_env: HOOK_SECRET }
  chat: { kind: slack, url_env: CHAT_URL }
`;

const warnings = (variables: Readonly<Record<string, string>>): readonly string[] => {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", MAIN]]) });
  return loaded.ok ? secretWarnings(loaded.project, variables) : loaded.mistakes.map(({ message }) => message);
};

test("every variable that is named and not set is told with what needs it", () => {
  expect(warnings({ CHAT_URL: "" })).toEqual([
    "OPENAI_API_KEY is not set in this server's environment, and the provider up needs it: set it and start the server again.",
    "HOOK_SECRET is not set in this server's environment, and the notifier hook needs it: set it and start the server again.",
    "CHAT_URL is not set in this server's environment, and the notifier chat needs it: set it and start the server again.",
  ]);
});

test("a header's value is no variable, whatever the header is called", () => {
  const settings = { kind: "openai", headers: new Map([["X-TraceEnv", "a-secret-value"]]) };
  const project = { providers: new Map([["up", settings]]), alerts: { notifiers: new Map() }, endpoints: new Map() };
  expect(secretWarnings(project as unknown as Parameters<typeof secretWarnings>[0], {})).toEqual([]);
});

test("nothing is told where all are set", () => {
  expect(warnings({ OPENAI_API_KEY: "k", HOOK_SECRET: "s", CHAT_URL: "https://example.com" })).toEqual([]);
});
