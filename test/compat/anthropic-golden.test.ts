import { readFileSync, readdirSync } from "node:fs";
import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";

const ANSWERS = new URL("../golden/anthropic/answers/", import.meta.url);

const names = readdirSync(ANSWERS)
  .filter((file) => file.endsWith(".stream.sse"))
  .map((file) => file.slice(0, -".stream.sse".length))
  // Half of an argument is no object, and the SDK reads it as far as it goes.
  .filter((name) => name !== "tool-call-cut-by-the-limit");

/** A client whose server has only this answer. */
function clientOf(file: string, type: string): Anthropic {
  const body = readFileSync(new URL(file, ANSWERS));
  const answer = (): Promise<Response> => Promise.resolve(new Response(body, { headers: { "content-type": type } }));
  return new Anthropic({ apiKey: "k", fetch: answer, maxRetries: 0 });
}

const QUESTION = { model: "m", max_tokens: 9, messages: [{ role: "user" as const, content: "Hi" }] };

test.each(names)("the SDK reads the same message from a stream and from a whole answer: %s", async (name) => {
  const whole = await clientOf(`${name}.whole.json`, "application/json").messages.create(QUESTION);
  const stream = clientOf(`${name}.stream.sse`, "text/event-stream").messages.stream(QUESTION);
  const { content, stop_reason, stop_sequence, id, model, role } = await stream.finalMessage();
  expect({ content, stop_reason, stop_sequence, id, model, role }).toEqual({
    content: whole.content,
    stop_reason: whole.stop_reason,
    stop_sequence: whole.stop_sequence,
    id: whole.id,
    model: whole.model,
    role: whole.role,
  });
});
