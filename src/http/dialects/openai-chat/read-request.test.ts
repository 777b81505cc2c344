import { describe, expect, it } from "vitest";
import { RollwardError } from "../../../domain/errors.ts";
import { spliceJson } from "../../../kit/json-splice.ts";
import type { IncomingRequest } from "../../../ports/dialect.ts";
import { answerForm } from "./answer-form.ts";
import { readRequest } from "./read-request.ts";
import { usageEdits } from "./usage-edits.ts";

const user = { role: "user", content: "Hi" };

const read = (members: object): IncomingRequest =>
  readRequest(Buffer.from(JSON.stringify({ model: "support-bot", messages: [user], ...members })));

function refusalOf(run: () => unknown): RollwardError {
  try {
    run();
  } catch (error) {
    if (error instanceof RollwardError) return error;
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("reading a request", () => {
  it("gives the model, the form, the parsed body and where its members stand", () => {
    const bytes = Buffer.from(
      '{ "stream": true, "model": "support-bot", "messages": [{"role":"user","content":"é"}] }',
    );
    const request = readRequest(bytes);
    expect(request).toMatchObject({
      model: "support-bot",
      stream: true,
      sessionId: null,
      continues: false,
      bodyStart: 1,
    });
    expect(request.bytes).toBe(bytes);
    expect(request.body["messages"]).toEqual([{ role: "user", content: "é" }]);
    const { value } = request.members.get("model") ?? { value: { start: 0, end: 0 } };
    expect(bytes.toString("utf8", value.start, value.end)).toBe('"support-bot"');
  });

  it("lets fields pass that it does not know", () => {
    expect(read({ frobnicate: { deep: [1] }, temperature: "hot" }).body["frobnicate"]).toEqual({ deep: [1] });
  });

  it.each([
    ["", 0],
    ["{", 1],
    ["[]", 0],
    ['{"model":"a","model":"b"}', 13],
    ['\ufeff{"model":"a"}', 0],
  ])("refuses %j as malformed, with the place", (text, offset) => {
    const { code, details, message } = refusalOf(() => readRequest(Buffer.from(text)));
    expect([code, details["offset"]]).toEqual(["malformed_json", offset]);
    expect(message).toBe(`The body is not valid JSON: ${details["reason"]} at byte ${offset}.`);
  });

  it.each([
    [{ model: 7 }, "model"],
    [{ model: "" }, "model"],
    [{ model: null }, "model"],
    [{ messages: {} }, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: [null] }, "messages[0]"],
    [{ messages: [user, ["user"]] }, "messages[1]"],
    [{ messages: [{ role: "wizard" }] }, "messages[0].role"],
    [{ messages: [{ content: "Hi" }] }, "messages[0].role"],
    [{ stream: "true" }, "stream"],
    [{ stream_options: true }, "stream_options"],
    [{ stream_options: { include_usage: 1 } }, "stream_options.include_usage"],
    [{ tools: {} }, "tools"],
    [{ tools: [null] }, "tools[0]"],
    [{ metadata: "x" }, "metadata"],
    [{ metadata: { session_id: 7 } }, "metadata.session_id"],
    [{ variables: ["x"] }, "variables"],
    [{ variables: { name: null } }, "variables.name"],
    [{ variables: { name: { first: "Ada" } } }, "variables.name"],
    [{ user: 7 }, "user"],
  ])("refuses %j and names the field", (members, param) => {
    const { code, details, message } = refusalOf(() => read(members));
    expect(code).toBe("invalid_request");
    expect(details["param"]).toBe(param);
    expect(message).toMatch(/^`.+` must .+\.$/);
  });

  it.each(["api_base", "base_url", "api_key", "user_config", "extra_headers", "custom_llm_provider"])(
    "refuses %s, by which a caller would choose where our key goes",
    (param) => {
      const { code, details } = refusalOf(() => read({ [param]: null }));
      expect([code, details["param"]]).toEqual(["invalid_request", param]);
    },
  );

  it("takes null for absent", () => {
    const request = read({
      stream: null,
      stream_options: null,
      tools: null,
      metadata: null,
      variables: null,
      user: null,
    });
    expect(request).toMatchObject({ stream: false, sessionId: null, variables: {} });
  });
});

describe("telling the session", () => {
  it("takes the id from the metadata", () => {
    expect(read({ metadata: { session_id: "s-1" } }).sessionId).toBe("s-1");
    expect(read({ metadata: { session_id: "" } }).sessionId).toBe("");
  });

  it("knows a conversation again at its later turns", () => {
    const system = { role: "system", content: "Be brief." };
    const first = read({ messages: [system, user] });
    const later = read({
      messages: [system, user, { role: "assistant", content: "Hello." }, { role: "user", content: "Bye" }],
    });
    expect(later.opening).toBe(first.opening);
    expect([first.continues, later.continues]).toEqual([false, true]);
  });

  it("tells users apart who begin alike", () => {
    expect(read({ user: "ada" }).opening).not.toBe(read({ user: "bob" }).opening);
  });

  it("has no opening without a message of the user", () => {
    expect(read({ messages: [{ role: "system", content: "Begin." }] }).opening).toBeNull();
  });

  it("takes a tool's result for an earlier turn", () => {
    expect(read({ messages: [user, { role: "tool", tool_call_id: "c", content: "1" }] }).continues).toBe(true);
  });
});

describe("values for prompt variables", () => {
  it("come from variables first and then from the metadata, as text", () => {
    const { variables } = read({
      variables: { name: "Ada", age: 36, vip: true },
      metadata: { name: "Bob", plan: "gold", tags: ["a"] },
    });
    expect(variables).toEqual({ name: "Ada", age: "36", vip: "true", plan: "gold" });
  });
});

describe("the usage of a stream", () => {
  const added = (members: object): unknown => {
    const request = read(members);
    const asking = spliceJson(request.bytes, usageEdits(request));
    return (JSON.parse(asking.toString()) as { stream_options?: unknown }).stream_options;
  };

  it("is asked for where the client did not, and what else it asked stays", () => {
    expect(added({ stream: true })).toEqual({ include_usage: true });
    expect(added({ stream: true, stream_options: null })).toEqual({ include_usage: true });
    expect(added({ stream: true, stream_options: { include_usage: false, include_obfuscation: false } })).toEqual({
      include_usage: true,
      include_obfuscation: false,
    });
  });

  it("is left alone where the client asked for it or wants no stream", () => {
    expect(usageEdits(read({ stream: true, stream_options: { include_usage: true } }))).toEqual([]);
    expect(usageEdits(read({ stream_options: { include_usage: false } }))).toEqual([]);
  });

  it("is for the client only when the client asked", () => {
    expect(answerForm(read({ stream: true }))).toMatchObject({ stream: true, usageInStream: false });
    const asked = { stream: true, stream_options: { include_usage: true } };
    expect(answerForm(read(asked))).toMatchObject({ stream: true, usageInStream: true });
  });
});
