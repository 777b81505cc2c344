import { Agent, OpenAIProvider, Runner, tool } from "@openai/agents";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startSupportServer } from "../fixtures/support-server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startSupportServer();
});

afterAll(() => server.stop());

const runnerOf = (useResponses: boolean): Runner =>
  new Runner({
    modelProvider: new OpenAIProvider({ apiKey: ADMIN_KEY, baseURL: `${server.url}/v1`, useResponses }),
    tracingDisabled: true,
  });

/** An agent with a tool, and what the tool was asked for. */
function agentWithTool() {
  const asked: string[] = [];
  const lookUpOrder = tool({
    name: "lookup_order",
    description: "Finds an order.",
    parameters: z.object({ order_id: z.string() }),
    execute({ order_id }) {
      asked.push(order_id);
      return "shipped";
    },
  });
  const instructions = "Answer questions about orders.";
  return { asked, agent: new Agent({ name: "Support", instructions, model: "support", tools: [lookUpOrder] }) };
}

describe.each([
  { name: "chat completions", useResponses: false },
  { name: "responses", useResponses: true },
])("OpenAI's agents over $name", ({ useResponses }) => {
  test("runs a tool until there is an answer", async () => {
    const { agent, asked } = agentWithTool();
    const result = await runnerOf(useResponses).run(agent, "What is the status of order 4711?");
    expect(asked).toHaveLength(1);
    expect(String(result.finalOutput).length).toBeGreaterThan(0);
  });

  test("runs a tool whose call comes in a stream, and streams the answer", async () => {
    const { agent, asked } = agentWithTool();
    const result = await runnerOf(useResponses).run(agent, "What is the status of order 4711?", { stream: true });
    const items: string[] = [];
    for await (const event of result) if (event.type === "run_item_stream_event") items.push(event.name);
    await result.completed;
    expect(items).toEqual(["tool_called", "tool_output", "message_output_created"]);
    expect(asked).toHaveLength(1);
    expect(String(result.finalOutput).length).toBeGreaterThan(0);
  });

  test("streams the answer", async () => {
    const agent = new Agent({ name: "Support", instructions: "Be brief.", model: "support" });
    const result = await runnerOf(useResponses).run(agent, "What is your return policy?", { stream: true });
    let text = "";
    for await (const piece of result.toTextStream()) text += piece;
    await result.completed;
    expect(text.length).toBeGreaterThan(20);
  });
});
