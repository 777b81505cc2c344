import { afterEach, expect, test } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const PROJECT = `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot: { models: [sim/good-2026-01-01] }
`;

async function start(meters: string): Promise<(more: object) => Promise<number>> {
  running = await startServer({ "rollward.yaml": `${PROJECT}${meters}` });
  const { url } = running;
  return async (more) => {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }], ...more }),
    });
    await response.arrayBuffer();
    return response.status;
  };
}

const HUGE = [{ max_tokens: 1e308, n: 128 }, { max_tokens: 1e308 }, { max_completion_tokens: 1e20 }];

test.each(HUGE)(
  "a call for an answer without end leaves a limit of tokens as it was for the others: %o",
  async (huge) => {
    const call = await start("limits: { rates: { all: { per: environment, tokens: 1000/d, burst_tokens: 1000 } } }\n");
    await call(huge);
    expect(await call({ max_tokens: 500 })).toBe(200);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => call({ max_tokens: 500 })));
    expect(statuses).toContain(429);
  },
);

test("no budget pays for an answer without end, and the others are paid for", async () => {
  const call = await start("budgets: { all: { per: environment, window: total, amount: 1 } }\n");
  for (const huge of HUGE) {
    expect(await call(huge)).toBe(402);
    expect(await call({ max_tokens: 5 })).toBe(200);
  }
});
