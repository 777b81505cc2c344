import { describe, expect, it } from "vitest";
import { RollwardError } from "../../../../domain/errors.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { readRequest } from "./read-request.ts";

const HI = { role: "user", content: "Hi" };
const HELLO = { role: "assistant", content: "Hello." };

const read = (more: JsonObject = {}) =>
  readRequest(Buffer.from(JSON.stringify({ model: "bot", max_tokens: 9, messages: [HI], ...more })));

function refusalOf(body: string): RollwardError {
  try {
    readRequest(Buffer.from(body));
  } catch (error) {
    if (error instanceof RollwardError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("a request of the Messages API", () => {
  it("belongs to the session that its metadata name, else to the user", () => {
    expect(read().sessionId).toBeNull();
    expect(read({ metadata: { user_id: "user-7" } }).sessionId).toBe("user-7");
    expect(read({ metadata: { user_id: "user-7", session_id: "s-1" } }).sessionId).toBe("s-1");
    expect(read({ metadata: { user_id: "x".repeat(257) } }).sessionId).toBeNull();
  });

  it("is told by its system prompt and its first message of the user", () => {
    const { opening } = read({ system: "Be brief." });
    expect(read({ system: "Be brief.", messages: [HI, HELLO, { role: "user", content: "Bye" }] }).opening).toBe(
      opening,
    );
    expect(read({ system: "Be kind." }).opening).not.toBe(opening);
    expect(read({ metadata: { user_id: "user-7" } }).opening).not.toBe(read().opening);
    expect(read({ messages: [HELLO] }).opening).toBeNull();
  });

  it("continues a conversation when there were turns before, and not with the beginning of its answer", () => {
    expect(read().continues).toBe(false);
    expect(read({ messages: [HI, HELLO] }).continues).toBe(false);
    expect(read({ messages: [HI, HELLO, HI] }).continues).toBe(true);
    const result = { type: "tool_result", tool_use_id: "t", content: "7" };
    expect(read({ messages: [{ role: "user", content: [result] }] }).continues).toBe(true);
  });

  it("says when the last message brings the error of a tool, and nothing of earlier ones", () => {
    const failed = {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: "t", content: "no", is_error: true }],
    };
    const fine = { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "7" }] };
    expect(read({ messages: [HI, HELLO, failed] }).hasToolErrors).toBe(true);
    expect(read({ messages: [HI, HELLO, fine] })).not.toHaveProperty("hasToolErrors");
    expect(read({ messages: [HI, HELLO, failed, HELLO, HI] })).not.toHaveProperty("hasToolErrors");
  });

  it("gives values to a prompt's variables", () => {
    const { variables } = read({ metadata: { user_id: "u", plan: "gold" }, variables: { plan: "free", age: 7 } });
    expect(variables).toEqual({ user_id: "u", plan: "free", age: "7" });
  });

  it.each([
    ["no model", { model: "" }, "model"],
    ["no messages", { messages: [] }, "messages"],
    ["a message that is no object", { messages: ["Hi"] }, "messages[0]"],
    ["an unknown role", { messages: [{ role: "tool", content: "x" }] }, "messages[0].role"],
    ["a stream that is no boolean", { stream: 1 }, "stream"],
    ["tools that are no array", { tools: {} }, "tools"],
    ["a tool that is no object", { tools: [1] }, "tools[0]"],
    ["a system prompt that is a number", { system: 7 }, "system"],
    ["a user id that is a number", { metadata: { user_id: 7 } }, "metadata.user_id"],
    ["a variable that is an object", { variables: { a: {} } }, "variables.a"],
    ["an address for its provider", { base_url: "http://169.254.169.254" }, "base_url"],
  ])("is refused with %s", (_, more, param) => {
    const body = JSON.stringify({ model: "bot", max_tokens: 9, messages: [HI], ...more });
    const { code, details } = refusalOf(body);
    expect([code, details["param"]]).toEqual(["invalid_request", param]);
  });

  it("has one meaning or none", () => {
    expect(refusalOf('{"model":"a","model":"b"}').code).toBe("malformed_json");
    expect(refusalOf('{"model":"a",').code).toBe("malformed_json");
  });
});
