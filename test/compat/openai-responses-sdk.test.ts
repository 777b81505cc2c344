import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ADMIN_KEY, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const MODEL = `
      m-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 1ms, sigma: 0 }
        answer_tokens: { median: 20, sigma: 0 }
        quality: 1`;

let server: RunningServer;
let client: OpenAI;
const model = "simulated";
const input = "What is your return policy?";

beforeAll(async () => {
  const text = `${simulatedText(MODEL)}\nendpoints:\n  simulated:\n    models: [sim/m-2026-01-01]\n`;
  server = await startServer({ "rollward.yaml": text });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0 });
});

afterAll(() => server.stop());

describe("the OpenAI SDK, unmodified, at the Responses API", () => {
  test("gets a whole response with its usage", async () => {
    const response = await client.responses.create({ model, input });
    expect(response.status).toBe("completed");
    expect(response.output_text).not.toBe("");
    expect(response.usage?.total_tokens).toBeGreaterThan(0);
  });

  test("gets a stream whose events are numbered and end with the response", async () => {
    let text = "";
    const types: string[] = [];
    for await (const event of await client.responses.create({ model, input, stream: true })) {
      expect(event.sequence_number).toBe(types.length);
      types.push(event.type);
      if (event.type === "response.output_text.delta") text += event.delta;
      if (event.type === "response.completed") expect(event.response.output[0]).toMatchObject({ content: [{ text }] });
    }
    expect(types[0]).toBe("response.created");
    expect(types.at(-1)).toBe("response.completed");
  });

  test("goes on with an earlier response, reads it and deletes it", async () => {
    const first = await client.responses.create({ model, input });
    const second = await client.responses.create({ model, input: "And then?", previous_response_id: first.id });
    const items = await client.responses.inputItems.list(second.id);
    expect(items.data).toHaveLength(3);
    expect(await client.responses.retrieve(first.id)).toMatchObject({ id: first.id, output_text: first.output_text });
    await client.responses.delete(first.id);
    await expect(client.responses.retrieve(first.id)).rejects.toMatchObject({ status: 404 });
    const lost = client.responses.create({ model, input: "And?", previous_response_id: first.id });
    await expect(lost).rejects.toMatchObject({ code: "previous_response_not_found" });
  });
});
