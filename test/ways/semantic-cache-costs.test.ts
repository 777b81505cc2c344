import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { createEmbedders } from "../../src/main/create-embedders.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import { questionAbout, startSemanticStage, TOPICS } from "../fixtures/semantic-stage.ts";
import type { SemanticStage, Told } from "../fixtures/semantic-stage.ts";

const MORE = `  paid:
    models: [up/m-1]
    parameters: { temperature: 0 }
    retries: { attempts: 1 }
    cache:
      ttl: 1h
      semantic:
        wrong_at_most: 5%
        confidence: 90%
        audit: 40%
        judge: up/judge-1
        embedder: up/embed-1
        dimension: 64
        within: 5s
budgets:
  all: { amount: 5, window: total, per: endpoint }
  # The worst case of a call fits, and that of a judge beside it does not.
  poor: { amount: 0.01, window: total, per: tenant, only: { tenants: [poor] } }
`;

let stage: SemanticStage;

beforeAll(async () => {
  stage = await startSemanticStage({ embedders: createEmbedders(systemClock) }, MORE);
});

afterAll(() => stage.stop());

const isSemantic = ({ tier }: Told): boolean => tier === "cache:semantic";

/** 4 USD a million tokens, and four characters a token. */
const vectorPico = (question: string): bigint => 4_000_000n * BigInt(Math.ceil(question.length / 4));

interface BudgetView {
  readonly budget: string;
  readonly subject: string;
  readonly spent_pico: string;
  readonly held_pico: string;
}

async function budgetOf(name: string): Promise<BudgetView | undefined> {
  const { body } = await stage.server.ask("GET", "/api/budgets");
  return (body as { readonly data: readonly BudgetView[] }).data.find(({ budget }) => budget === name);
}

test("the model of a provider makes the vectors; judge and vector are in the cost of the call and in its budget", async () => {
  const [first, second] = [questionAbout(TOPICS[0] ?? "", 1), questionAbout(TOPICS[0] ?? "", 2)];
  const one = await stage.recorded((await stage.ask("paid", first)).callId);
  await stage.groups("paid");
  const other = await stage.recorded((await stage.ask("paid", second)).callId);
  expect(one.cost_pico).toBe(String(20_000_000n + vectorPico(first)));
  expect(other.cache?.semantic).toMatchObject({ outcome: "audit", verdict: "right" });
  expect(other.cost_pico).toBe(String(220_000_000n + vectorPico(second)));
  const total = BigInt(one.cost_pico) + BigInt(other.cost_pico);
  await expect.poll(async () => (await budgetOf("all"))?.spent_pico).toBe(total.toString());
});

test("an audit that its budget has no room for is not made, and the call is none the worse", async () => {
  const key = await stage.newKey("poor");
  const first = await stage.ask("paid", questionAbout(TOPICS[1] ?? "", 1), { key, body: { max_tokens: 5 } });
  await stage.groups("paid");
  const second = await stage.ask("paid", questionAbout(TOPICS[1] ?? "", 2), { key, body: { max_tokens: 5 } });
  expect([first.status, second.status]).toEqual([200, 200]);
  const { cache } = await stage.recorded(second.callId);
  expect(cache?.semantic).toMatchObject({ outcome: "audit", verdict: null, trouble: "no budget has room for it" });
});

test("a hit costs its vector and nothing else, and the command line tells how it stands", async () => {
  const opened = await stage.askUntilGroup("paid", ({ state }) => state === "open");
  expect(opened?.state).toBe("open");
  const told = await stage.askUntil("paid", isSemantic);
  const call = await stage.recorded(told?.callId ?? "");
  expect(BigInt(call.cost_pico)).toBeGreaterThan(0n);
  expect(BigInt(call.cost_pico)).toBeLessThan(200_000_000n);

  const said: string[] = [];
  const environment = { ROLLWARD_URL: stage.server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const run = (...args: readonly string[]): Promise<number> => runCli(args, environment, (text) => said.push(text));
  expect(await run("cache", "show")).toBe(0);
  expect(said.join("")).toMatch(/paid@1 +key key_\w+ +open at a score above 0\.\d{3}: \d+ wrong of \d+ audits there/);
  expect(said.join("")).toMatch(/paid +.*hit \d+/);
  await run("calls", "show", call.id);
  expect(said.join("")).toMatch(/meaning: hit; similarity 0\.\d{3}; score 0\.\d{3}; nearest call_/);
  await run("cache", "evict", "--call", call.id);
  expect(said.at(-1)).toBe("The answer is forgotten.\n");
  await run("cache", "purge", "paid");
  const after = await stage.ask("paid", questionAbout(TOPICS[3] ?? "", 400));
  expect((await stage.recorded(after.callId)).cache?.semantic).toMatchObject({ outcome: "none", call: null });
});
