import { describe, expect, test } from "vitest";
import { createCohere } from "../../src/adapters/providers/cohere.ts";
import type { CanonicalMessage, CanonicalRequest, CanonicalTool } from "../../src/domain/call/canonical.ts";
import { cohereAnswer, cohereWire } from "../fixtures/cohere-upstream.ts";
import { ask, questionFor } from "./conversing-subject.ts";
import type { EventLog } from "./conversing-subject.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { WireRequest } from "../fixtures/scripted-upstream.ts";
import { vendorOpener } from "./vendor-subject.ts";

const SECRET = "co-a-secret-of-the-test";

/** What providers of the test share. */
const TERMS = { prices: new Map(), answerBytes: 64 * 1024 * 1024, breaker: null, allowPrivate: false };

describe("the provider cohere", () => {
  const open = vendorOpener({
    model: "command-a-03-2025",
    secret: SECRET,
    wire: cohereWire(SECRET),
    provider: (origin) =>
      createCohere({ ...TERMS, name: "cohere", baseUrl: `${origin}/v2`, keys: [SECRET], keyEnv: "COHERE_API_KEY" }),
  });
  answers(open);
  faults(open);
  aborts(open);
  abortsAtAnyTime(open);
  pauses(open);
});

const text = (words: string) => ({ type: "text", text: words }) as const;
const CALL = { type: "tool-call", id: "call_1", name: "lookup", arguments: '{"order":"7"}' } as const;
const RESULT: CanonicalMessage = { role: "tool", toolCallId: "call_1", content: [text("On its way.")], isError: false };

const tool = (strict: boolean | null, name = "lookup"): CanonicalTool => ({
  name,
  description: null,
  parameters: { type: "object", properties: { order: { type: "string" } }, required: ["order"] },
  strict,
});

/** What Cohere is sent, if anything, and what becomes of it. */
async function put(set: Partial<CanonicalRequest>): Promise<{ log: EventLog; body: WireRequest["body"] | null }> {
  const upstream = await startScriptedUpstream(cohereWire(SECRET));
  const baseUrl = `${upstream.origin}/v2`;
  const provider = await createCohere({ ...TERMS, name: "cohere", baseUrl, keys: [SECRET], keyEnv: "COHERE_API_KEY" });
  try {
    const log = await ask(provider, questionFor("command-a-03-2025", true, set));
    return { log, body: upstream.requests[0]?.body ?? null };
  } finally {
    await provider.close();
    await upstream.close();
  }
}

describe("a request for Cohere", () => {
  test("has what was said beside tool calls in the place where its own models say it", async () => {
    const question: CanonicalMessage = { role: "user", content: [text("?")] };
    const said: CanonicalMessage = { role: "assistant", content: [text("Let me "), CALL, text("look.")] };
    const told: CanonicalMessage = { role: "assistant", content: [text("Here.")] };
    const { log, body } = await put({
      messages: [question, said, RESULT, RESULT, told, question],
      tools: [tool(null)],
    });
    expect(log.error).toBeNull();
    expect(body?.["messages"]).toEqual([
      { role: "user", content: "?" },
      {
        role: "assistant",
        tool_plan: "Let me look.",
        tool_calls: [{ id: "call_1", type: "function", function: { name: "lookup", arguments: '{"order":"7"}' } }],
      },
      { role: "tool", tool_call_id: "call_1", content: "On its way." },
      { role: "tool", tool_call_id: "call_1", content: "On its way." },
      { role: "assistant", content: "Here." },
      { role: "user", content: "?" },
    ]);
    expect(body).not.toHaveProperty("strict_tools");
  });

  test.each([[true], [false], [null]])("says whether tools are strict: %s", async (strict) => {
    const { body } = await put({ tools: [tool(null), tool(strict, "find")] });
    expect(body?.["strict_tools"]).toBe(strict === true ? true : undefined);
    expect(body?.["tools"]).toHaveLength(2);
  });

  test("with strict tools, one of which demands nothing, is refused, because its API would", async () => {
    const loose = { ...tool(null, "ping"), parameters: { type: "object", properties: {} } };
    const { log, body } = await put({ tools: [tool(true), loose] });
    const field = "tools.function.strict (a tool without required parameters)";
    expect(log.error).toMatchObject({ code: "untranslatable", details: { field } });
    expect(body).toBeNull();
  });
});

test.each([[true], [false]])(
  "what Cohere's models plan before their calls is told as a thought (streamed: %s)",
  async (stream) => {
    const upstream = await startScriptedUpstream(cohereWire(SECRET));
    const terms = {
      ...TERMS,
      name: "cohere",
      baseUrl: `${upstream.origin}/v2`,
      keys: [SECRET],
      keyEnv: "COHERE_API_KEY",
    };
    const provider = await createCohere(terms);
    upstream.play(
      cohereAnswer({ plan: "I will look the order up.", calls: [{ id: "lookup_1", name: "lookup", arguments: "{}" }] }),
    );
    try {
      const { events, error } = await ask(provider, questionFor("command-a-03-2025", stream, { tools: [tool(null)] }));
      expect(error).toBeNull();
      const thoughts = events.map((event) => (event.type === "reasoning-delta" ? event.text : "")).join("");
      expect(thoughts).toBe("I will look the order up.");
      const types = events.map(({ type }) => type);
      expect(types.lastIndexOf("reasoning-delta")).toBeLessThan(types.indexOf("tool-call-start"));
    } finally {
      await provider.close();
      await upstream.close();
    }
  },
);
